#!/usr/bin/env bash
# clang-tidy over lib/ and handlers/. A file is looked at again only when it, something it includes,
# or the configuration has changed since it was found clean.
# usage: clang_tidy.sh BUILD_DIRECTORY
set -euo pipefail

readonly build=${1:?usage: clang_tidy.sh BUILD_DIRECTORY}
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly source
readonly clean=$build/clang-tidy-clean

command -v clang-tidy >/dev/null || { echo 'clang-tidy is missing' >&2; exit 2; }
[[ -f $build/compile_commands.json ]] || { echo "no compile_commands.json in $build" >&2; exit 2; }
mkdir -p "$clean"

configuration=$({ clang-tidy --version; cat "$source/.clang-tidy"; } | sha256sum)
export build source clean configuration

check() {
  local file=$1 digest output
  # Preprocessing with the library's include directories is much cheaper than the checks, and sees
  # every header.
  digest=$({
    echo "$configuration"
    g++ -std=c++20 -E -P -I"$source/lib" -I/usr/include/cjson "$file" 2>&1
    # A check may look at comments too, which preprocessing drops.
    cat "$file"
  } | sha256sum | cut -d' ' -f1)
  [[ -e $clean/$digest ]] && return 0
  if output=$(clang-tidy --quiet -p "$build" "$file" 2>/dev/null); then
    : >"$clean/$digest"
  else
    printf '%s\n' "$output"
    return 1
  fi
}
export -f check

# shellcheck disable=SC2016
find "$source/lib" "$source/handlers" -name '*.cc' -print0 | sort -z |
  xargs -0 -P"$(nproc)" -I{} bash -c 'check "$1"' check {}
