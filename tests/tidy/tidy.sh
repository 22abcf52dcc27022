#!/usr/bin/env bash
# The style rules that a machine can check. Prints every finding, exits 1 if there is one.
# usage: tidy.sh [DIRECTORY]
set -uo pipefail
# The last part of a pipe runs in this shell, so that a finding there is not forgotten.
shopt -s lastpipe
export LC_ALL=C.UTF-8

readonly line_length_max=100
readonly handler_lines_max=80

# Whose business a library is: pattern of its headers, then the directories.
declare -Ar library_home=(
  ['<(cppconn/|mysql_|mysql/|mariadb/)']=lib/db
  ['<(fcgi|fcgios)[a-z]*\.h>|<fcgiapp\.h>']=lib/fastcgi
  ['<libmemcached[^>]*>']=lib/cache
  ['<(cjson/)?cJSON\.h>']=lib/http
  ['<jwt\.h>']=lib/token
  ['<jansson[^>]*>']=lib/token
  ['<curl/[^>]*>']=lib/watch
  ['<sodium[^>]*>']='lib/password lib/proof'
  ['<utf8proc[^>]*>']=lib/people
  ['<zlib\.h>']=lib/base
)

# Exceptions end in the serve loop (lib/fastcgi). These translate those of a library or retry a
# transaction, answer them to a part of a batch, or are tools with a main of their own.
readonly may_catch=(
  lib/db/connection.cc
  lib/db/server.cc
  lib/db/stop_on_signal.cc
  lib/db/transaction.cc
  lib/db/transaction.h
  lib/token/access_token.cc
  lib/watch/gauges.cc
  lib/base/after_commit.cc
  lib/line/joining.cc
  lib/watch/sweep.cc
  handlers/load_demo.cc
  handlers/audit.cc
  handlers/expire_holds.cc
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
  for script in stagedoor .ci/run tests/mysql/bin/*; do [[ -f $script ]] && echo "$script"; done
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

# "table subject" of every table, from the file of the schema that creates it.
tables_with_subject() {
  local file subject
  for file in sql/[0-9]*_*.sql; do
    [[ -e $file ]] || continue
    subject=${file##*/[0-9][0-9][0-9][0-9]_}
    subject=${subject%%[._]*}
    sed -nE "s/^CREATE TABLE ([a-z_]+) .*/\\1 $subject/p" "$file"
  done
}

# A subject writes only its own tables; what touches two calls the functions of the lower one.
check_subjects_write_their_own_tables() {
  local table subject
  while read -r table subject; do
    grep -nE "(INTO|UPDATE|DELETE FROM) $table\\b" "${cpp[@]}" /dev/null |
      grep -E '^(lib|handlers)/' | grep -v "^lib/$subject/" |
      findings "writes the table $table of lib/$subject"
  done < <(tables_with_subject)
}

check_library_boundaries() {
  local pattern file home
  for pattern in "${!library_home[@]}"; do
    home=${library_home[$pattern]}
    for file in "${cpp[@]}"; do
      [[ $file == tests/* || $file == bench/* ]] && continue
      [[ " $home " == *" ${file%/*} "* ]] && continue
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

# "method path handler level" of every row that a client can call.
called_endpoints() {
  awk '!/^#/ && NF { if ($1 != "-") print $1, $2, $3, $4 }' handlers/endpoints.conf
}

check_handler_files() {
  local handler
  while read -r handler; do
    [[ -f handlers/$handler.cc ]] || finding "handlers/endpoints.conf: no handlers/$handler.cc"
  done < <(awk '!/^#/ && NF { print $3 }' handlers/endpoints.conf)
}

# The first row of a handler has its operationId; a second one needs another.
check_described_operations() {
  awk '
    NR == FNR && /^  \/[^ ]*:$/ { path = substr($1, 1, length($1) - 1) }
    NR == FNR && /^    (get|post|patch|put|delete):$/ {
      name = toupper(substr($1, 1, length($1) - 1)) " " path
      id[name] = ""
    }
    NR == FNR && /^      operationId: / { id[name] = $2 }
    NR == FNR && /^      summary: / { described[name] }
    NR == FNR { next }
    { name = $1 " " $2; row[name] }
    !(name in id) { print name " is not described"; next }
    id[name] != $3 && !($3 in seen) { print name " has the operationId \"" id[name] "\", not " $3 }
    !(name in described) { print name " has no summary" }
    { seen[$3] }
    END { for (name in id) if (!(name in row)) print name " is no endpoint", id[name] }
  ' web/openapi.yaml <(called_endpoints) | grep -v ' is no endpoint api_description$' |
    findings web/openapi.yaml
}

# The table in the README leaves out /api/v1, and says of the level as much as it likes.
check_endpoints_in_readme() {
  # shellcheck disable=SC2016
  awk -F ' *[|] *' '
    NR == FNR { if ($2 ~ /^`(GET|POST|PATCH|PUT|DELETE) /) rows[++count] = $2 " " $3 "|" $4; next }
    {
      split($0, column, "|")
      split(rows[FNR], said, "|")
      if (said[1] == column[1] && index(said[2], column[2])) next
      print "row " FNR " is \"" rows[FNR] "\", not \"" $0 "\""
      count = FNR
      exit
    }
    END { if (FNR != count) print count " rows, not " FNR }
  ' README.md <(called_endpoints | sed -E 's/queue_token$/Queue-Token/; s/host$/this host/
    s|^([A-Z]+) (/api/v1)?([^ ]+) ([^ ]+) |`\1 \3` \4\||') | findings README.md
}

check_described_settings() {
  local name default meaning
  while IFS='"' read -r _ name _ default _ _ _ _ _ meaning _; do
    grep -qxF "| \`$name\` | ${default:+\`$default\`} | $meaning |" docs/OPERATIONS.md ||
      finding "docs/OPERATIONS.md: no row \"| \`$name\` | ${default:+\`$default\`} | $meaning |\""
  done < <(grep '^{' lib/base/settings.def)
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
check_subjects_write_their_own_tables
check_library_boundaries
check_tests_include_no_handler
check_catch_blocks
check_handlers_are_short
check_handler_files
check_described_operations
check_endpoints_in_readme
check_described_settings

((found == 0)) && echo "tidy: ${#cpp[@]} C++ files, ${#scripts[@]} scripts"
exit "$found"
