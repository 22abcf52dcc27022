# shellcheck shell=bash
# Messages to the user, and helpers that all other files use.

say() {
  printf '%s\n' "$*"
}

# FAILURE_EXIT_CODE is set where 1 means something else.
die() {
  printf 'stagedoor: %s\n' "$*" >&2
  exit "${FAILURE_EXIT_CODE:-1}"
}

no_arguments() {
  local verb=$1
  shift
  (($# == 0)) || die "$verb takes no arguments, got '$1'"
}

# An installed tree has no sources to build.
is_checkout() {
  [[ -f $SOURCE/CMakeLists.txt ]]
}

need_checkout() {
  is_checkout || die "$1 needs a checkout of the sources"
}

# until_true SECONDS COMMAND...: asks every 50 ms; fails when the time is over.
until_true() {
  local deadline_us=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))
  shift
  until "$@"; do
    ((${EPOCHREALTIME/[.,]/} < deadline_us)) || return 1
    sleep 0.05
  done
}

# Replaces FILE by standard input in one step, so that no reader sees half of it.
write_file() {
  local file=$1
  { cat >"$file.new" && mv -f "$file.new" "$file"; } 2>/dev/null || die "cannot write $file"
}

megabytes_free() {
  df -Pm "$1" | awk 'NR == 2 { print $4 }'
}
