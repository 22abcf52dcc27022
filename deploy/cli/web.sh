# shellcheck shell=bash
# The files that nginx serves: web/ and, under /vendor, what the pages use of npm packages.

# npm_packages FOLDER: FOLDER/node_modules as its lock file wants it. False, and the reason in
# build/npm.FOLDER.log, if npm or its registry is out of reach. Quiet when there is nothing to do.
npm_packages() {
  local folder=$SOURCE/$1 log=$SOURCE/build/npm.$1.log lock
  lock=$(sha256sum <"$folder/package-lock.json")
  [[ $(cat "$folder/node_modules/.lock_of_this" 2>/dev/null) != "$lock" ]] || return 0
  # `need_packages` may give up, which is the end of this subshell only.
  command -v npm >/dev/null || (need_packages web) || return 1
  hash -r
  say "installing the npm packages of $1"
  (umask "$ORIGINAL_UMASK" && cd "$folder" && timeout "$2" npm ci) >"$log" 2>&1 9>&- || return 1
  printf '%s\n' "$lock" >"$folder/node_modules/.lock_of_this"
}

# Makes $WEB, the root of the web server: links to what is in web/, and copies of what
# web/vendor.txt names. Without npm the pages that need its packages are left out, no more.
stage_web() {
  # An installed tree has its pages; a checkout of another user is run as it is.
  { is_checkout && [[ -w $SOURCE ]]; } || return 0
  mkdir -p "$WEB"
  (
    flock 8
    link_pages
    if npm_packages web 120; then
      copy_vendor_files
    else
      say "left out: /docs and what else needs npm packages, see $SOURCE/build/npm.web.log"
    fi
  ) 8>>"$SOURCE/build/.web_lock"
}

link_pages() {
  local entry
  for entry in "$SOURCE"/web/*; do
    case ${entry##*/} in
      package.json | package-lock.json | vendor.txt | node_modules) ;;
      *) ln -sfn "../../web/${entry##*/}" "$WEB/${entry##*/}" ;;
    esac
  done
  for entry in "$WEB"/*; do
    [[ -e $entry ]] || rm -f "$entry"
  done
}

# A version is part of the path, so that these files never change and browsers may cache them.
copy_vendor_files() {
  local package file version target inputs mark=$SOURCE/build/vendor_inputs
  inputs=$(cat "$SOURCE"/web/{package-lock.json,vendor.txt} | sha256sum)
  [[ ! -d $WEB/vendor || $(cat "$mark" 2>/dev/null) != "$inputs" ]] || return 0
  rm -rf "$WEB/vendor.new" && mkdir "$WEB/vendor.new"
  while read -r package file; do
    [[ -n $package && $package != '#'* ]] || continue
    version=$(cd "$SOURCE/web/node_modules/$package" && node -p 'require("./package.json").version')
    target=$WEB/vendor.new/$package@$version/$file
    mkdir -p "$(dirname "$target")"
    cp "$SOURCE/web/node_modules/$package/$file" "$target" ||
      die "web/vendor.txt: the package $package has no file $file"
  done <"$SOURCE/web/vendor.txt"
  chmod -R a+rX "$WEB/vendor.new"
  rm -rf "$WEB/vendor" && mv "$WEB/vendor.new" "$WEB/vendor"
  printf '%s\n' "$inputs" >"$mark"
}

# Tests need the pages that `up` may leave out.
stage_test_packages() {
  local folder
  stage_web
  for folder in web tests; do
    npm_packages "$folder" 600 || die "no npm packages, see $SOURCE/build/npm.$folder.log"
  done
}
