# shellcheck shell=bash
# Processes: start one, recognise it, stop it. A pid in a file is only a hint, as the number may
# belong to another process by now: every use checks the process itself first.

# Prints "pid parent session resident_kib" for every process that is not a zombie.
process_table() {
  local page_kib
  page_kib=$(($(getconf PAGESIZE) / 1024))
  { cat /proc/[0-9]*/stat 2>/dev/null || true; } | awk -v page_kib="$page_kib" '
    { pid = $1; sub(/^.*\) /, ""); if ($1 != "Z") print pid, $2, $4, $22 * page_kib }'
}

recorded_pid() {
  local pid=
  { read -r pid <"$1"; } 2>/dev/null || true
  [[ $pid =~ ^[1-9][0-9]*$ ]] && printf '%s' "$pid"
}

# process_matches PID PATTERN: whether its command line looks like this.
process_matches() {
  local words=()
  { mapfile -d '' -t words <"/proc/$1/cmdline"; } 2>/dev/null || return 1
  # The right side is a pattern on purpose.
  # shellcheck disable=SC2053
  [[ ${words[*]} == $2 ]]
}

process_is_of_home() {
  local variables=() variable
  { mapfile -d '' -t variables <"/proc/$1/environ"; } 2>/dev/null || return 1
  for variable in "${variables[@]}"; do
    [[ $variable != "STAGEDOOR_HOME=$STAGEDOOR_HOME" ]] || return 0
  done
  return 1
}

is_gone() {
  local stat
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
  [[ ${stat##*) } == Z* ]]
}

all_gone() {
  local pid
  for pid in "$@"; do
    is_gone "$pid" || return 1
  done
}

# start_daemon PID_FILE LOG COMMAND...: in a session of its own, without the lock of the home.
start_daemon() {
  local pid_file=$1 log=$2
  shift 2
  (cd "$STAGEDOOR_HOME" && exec setsid "$@" </dev/null >>"$log" 2>&1 9>&-) &
  printf '%s\n' "$!" | write_file "$pid_file"
}

# stop_processes SIGNAL SECONDS PID...: false if one is still there after that time.
stop_processes() {
  local signal=$1 limit_s=$2
  shift 2
  (($# > 0)) || return 0
  kill -s "$signal" "$@" 2>/dev/null || true
  until_true "$limit_s" all_gone "$@"
}
