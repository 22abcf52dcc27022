# shellcheck shell=bash
# Building, and running what was built.

readonly BUILD_LOG=$SOURCE/build/build.log
# The preset of CMakePresets.json, and the folder below build/.
BUILD=release

# build_target TARGET: quiet when there is nothing to do.
build_target() {
  is_checkout || return 0
  # A checkout of another user is run as it is.
  if [[ ! -w $SOURCE && -d $BIN ]]; then return 0; fi
  { mkdir -p "$SOURCE/build" && : >>"$BUILD_LOG"; } 2>/dev/null ||
    die "cannot write to $SOURCE/build"
  # Two homes may be brought up from one checkout at the same time.
  (
    flock 8
    umask "$ORIGINAL_UMASK"
    cd "$SOURCE" || exit 1
    : >"$BUILD_LOG"
    if [[ ! -f build/$BUILD/build.ninja ]]; then
      say 'configuring the build'
      cmake --preset "$BUILD" >>"$BUILD_LOG" 2>&1 || build_failed
    fi
    cmake --build --preset "$BUILD" --target "$1" 2>&1 9>&- | tee -a "$BUILD_LOG" | show_progress ||
      build_failed
  ) 8>>"$SOURCE/build/.lock"
}

build_failed() {
  local first
  first=$(grep -m 1 -E '(error:|CMake Error|No space left)' "$BUILD_LOG" || true)
  die "build failed${first:+: ${first#"$SOURCE/"}}, see $BUILD_LOG"
}

# Reads ninja's lines and shows one that moves on a terminal, or one per tenth elsewhere.
show_progress() {
  local line shown=-1 tenth pattern='^\[([0-9]+)/([0-9]+)\]' moving=
  while IFS= read -r line; do
    [[ $line =~ $pattern ]] || continue
    if [[ -t 1 ]]; then
      printf '\rbuilding: %s of %s ' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
      moving=yes
      continue
    fi
    tenth=$((10 * BASH_REMATCH[1] / BASH_REMATCH[2]))
    ((tenth == shown)) || say "building: ${BASH_REMATCH[1]} of ${BASH_REMATCH[2]}"
    shown=$tenth
  done
  [[ -z $moving ]] || echo
}

# Replaces this shell by BINARY, so that standard output holds its output alone.
run_binary() {
  local name=$1
  shift
  load_settings
  [[ -x $BIN/$name ]] || die "$name is not built yet, run ./stagedoor up first"
  [[ -d $STAGEDOOR_HOME/secrets ]] ||
    die "no installation under $STAGEDOOR_HOME, run ./stagedoor up first"
  exec "$BIN/$name" "$@"
}

verb_package() {
  need_checkout package
  load_settings
  need_packages run build package
  build_target handlers/all
  stage_web
  [[ -d $WEB/vendor ]] || die "a package needs the npm packages, see $BUILD_LOG"
  say 'packing'
  (cd "$SOURCE/build/release" && cpack >>"$BUILD_LOG" 2>&1) || die "cpack failed, see $BUILD_LOG"
  say "made $(echo "$SOURCE"/build/release/package/*.deb)"
}
