#!/usr/bin/env bash
# The style rules that a machine can check. Prints every finding, exits 1 if there is one.
# usage: tidy.sh [DIRECTORY]
set -uo pipefail
# The last part of a pipe runs in this shell, so that a finding there is not forgotten.
shopt -s lastpipe
export LC_ALL=C.UTF-8

readonly line_length_max=100
readonly handler_lines_max=80

# Whose business a library is: pattern of its headers, then the directory.
declare -Ar library_home=(
  ['<(cppconn/|mysql_|mysql/|mariadb/)']=lib/db
  ['<(fcgi|fcgios)[a-z]*\.h>|<fcgiapp\.h>']=lib/fastcgi
  ['<libmemcached[^>]*>']=lib/cache
  ['<(cjson/)?cJSON\.h>']=lib/http
  ['<jwt\.h>']=lib/token
  ['<curl/[^>]*>']=lib/watch
  ['<sodium[^>]*>']=lib/password
)

# Exceptions end in the serve loop (lib/fastcgi). These translate those of a library or retry a
# transaction, or are tools with a main of their own.
readonly may_catch=(
  lib/db/connection.cc
  lib/db/transaction.cc
  lib/db/transaction.h
  lib/token/access_token.cc
  lib/watch/gauges.cc
  lib/base/after_commit.cc
  lib/watch/sweep.cc
  handlers/load_demo.cc
  handlers/audit.cc
)

cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../..}" || exit 2

found=0
finding() {
  printf '%s\n' "$1"
  found=1
}

# Every line of standard input is a finding of the rule $1.
findings() {
  local line
  while IFS= read -r line; do finding "$1: $line"; done
}

files() { # directories... -- patterns...
  local directories=() patterns=()
  while [[ $1 != -- ]]; do
    [[ -e $1 ]] && directories+=("$1")
    shift
  done
  shift
  for pattern in "$@"; do patterns+=(-o -name "$pattern"); done
  ((${#directories[@]} == 0)) && return
  find "${directories[@]}" -type f \( "${patterns[@]:1}" \) -not -path '*/node_modules/*' | sort
}

mapfile -t cpp < <(files lib handlers tests bench -- '*.cc' '*.h')
mapfile -t scripts < <(
  files deploy tests bench .ci -- '*.sh'
  for script in stagedoor .ci/run; do [[ -f $script ]] && echo "$script"; done
)
mapfile -t other < <(
  files sql -- '*.sql'
  files nginx -- '*.conf' '*.conf.in' '*.in'
  files lib handlers tests bench -- CMakeLists.txt
)

check_formatting() {
  clang-format --dry-run --Werror "${cpp[@]}" 2>&1 | grep 'error:' | findings format
}

check_line_lengths() {
  # nginx has no way to break the text of an answer.
  grep -nE "^.{$((line_length_max + 1)),}\$" "${cpp[@]}" "${scripts[@]}" "${other[@]}" /dev/null |
    grep -vE "^nginx/[^:]*:[0-9]+: *return [0-9]+ '" | cut -c1-120 |
    findings "longer than $line_length_max"
}

check_scripts() {
  shellcheck -x -f gcc "${scripts[@]}" 2>&1 | findings shellcheck
}

# The words are put together here so that this file does not contain them.
check_leftovers() {
  local words="TO""DO|FIX""ME|XX""X"
  grep -nwE "$words" "${cpp[@]}" "${scripts[@]}" "${other[@]}" /dev/null | findings leftover
}

check_banners() {
  grep -nE '^[[:space:]]*(//|#|--|/\*)[[:space:]]*[-=*#~/]{4,}' "${cpp[@]}" "${scripts[@]}" \
    "${other[@]}" /dev/null | findings banner
}

# What each room sees is said in lib/CMakeLists.txt alone, and an include against it does not
# compile; left to check is that the rooms are listed from the lowest up.
check_rooms_are_in_order() {
  local room see known=' '
  while read -r room see; do
    for see in $see; do
      [[ $known == *" $see "* ]] || finding "order: lib/$room sees $see, which stands below it"
    done
    known+="$room ${room}_rules "
  done < <(sed '1,/^stagedoor_room(base$/{/^stagedoor_room(base$/!d}' lib/CMakeLists.txt |
    tr '\n' ' ' | grep -oE 'stagedoor_(room|target)\([^)]*\)' |
    sed -E 's/^[a-z_]+\(//; s/\)$//; s/ PRIVATE_LIBS.*//; s/^([a-z_]+) .* SEES /\1 /; s/ .*\.cc//')
}

check_library_boundaries() {
  local pattern file home
  for pattern in "${!library_home[@]}"; do
    home=${library_home[$pattern]}
    for file in "${cpp[@]}"; do
      [[ $file == "$home"/* || $file == tests/* || $file == bench/* ]] && continue
      grep -nE "^[[:space:]]*#[[:space:]]*include $pattern" "$file" /dev/null |
        findings "belongs to $home"
    done
  done
}

# Tests drive the product from outside or through lib/, never through a handler's source.
check_tests_include_no_handler() {
  local file
  for file in "${cpp[@]}"; do
    [[ $file == tests/* ]] || continue
    grep -nE '#include.*(handlers/|\.cc")' "$file" /dev/null | findings 'test of a handler'
  done
}

check_catch_blocks() {
  local file
  for file in "${cpp[@]}"; do
    [[ $file == lib/* || $file == handlers/* ]] || continue
    [[ $file == lib/fastcgi/* || " ${may_catch[*]} " == *" $file "* ]] && continue
    grep -nE '\bcatch[[:space:]]*\(' "$file" /dev/null | findings 'catch outside lib/fastcgi'
  done
}

check_handlers_are_short() {
  local file lines
  for file in "${cpp[@]}"; do
    [[ $file == handlers/* ]] || continue
    lines=$(wc -l <"$file")
    ((lines <= handler_lines_max)) || finding "handler of $lines lines: $file"
  done
}

# Handler = binary = socket = upstream, all of one name.
check_handler_names() {
  local name
  [[ -f deploy/processes.conf ]] || return 0
  while read -r name _; do
    [[ -f handlers/$name.cc ]] || finding "deploy/processes.conf: no handlers/$name.cc"
    grep -rqE "fastcgi_pass +$name;" nginx || finding "no location of nginx passes to $name"
  done < <(grep -vE '^[[:space:]]*(#|$)' deploy/processes.conf)
}

for tool in clang-format shellcheck; do
  command -v "$tool" >/dev/null || { echo "$tool is missing" >&2; exit 2; }
done
((${#cpp[@]} > 0 && ${#scripts[@]} > 0)) || { echo 'no sources found' >&2; exit 2; }

check_formatting
check_line_lengths
check_scripts
check_leftovers
check_banners
check_rooms_are_in_order
check_library_boundaries
check_tests_include_no_handler
check_catch_blocks
check_handlers_are_short
check_handler_names

((found == 0)) && echo "tidy: ${#cpp[@]} C++ files, ${#scripts[@]} scripts"
exit "$found"
