# shellcheck shell=bash
# The handlers: each runs as generations, one multiwatch with its processes on a socket of its own.
#   run/NAME.GENERATION.pid   of every generation that was started and not yet stopped
#   run/NAME.generation       the one that requests go to: its number, and what it was started with
#   run/NAME.pid              its pid
# A change starts a new generation beside the old one; the old one is stopped when nginx has let go
# of it, so no request is lost.

readonly GENERATION_MAX=9999
readonly PROCESSES_MAX=64
HANDLERS=()
declare -A PROCESS_COUNT=() GENERATION=()

load_handlers() {
  local file
  read_process_counts "$SOURCE/deploy/processes.conf" add_handler
  file=$STAGEDOOR_HOME/processes.conf
  [[ ! -e $file ]] || read_process_counts "$file" override_handler
}

# REQUIRES: the lock of the home, if generations are to be started or stopped.
load_generations() {
  local name
  for name in "${HANDLERS[@]}"; do
    GENERATION[$name]=$(current_generation "$name")
  done
}

read_process_counts() {
  local file=$1 action=$2 line name count rest number=0
  [[ -r $file ]] || die "cannot read $file"
  while IFS= read -r line || [[ -n $line ]]; do
    number=$((number + 1))
    read -r name count rest <<<"${line%%#*}"
    [[ -n $name ]] || continue
    { [[ $name =~ ^[a-z][a-z0-9_]*$ && $count =~ ^[1-9][0-9]?$ && -z $rest ]] &&
      ((count <= PROCESSES_MAX)); } ||
      die "$file line $number: expected a handler and a count from 1 to $PROCESSES_MAX"
    "$action" "$name" "$count" "$file line $number"
  done <"$file"
}

add_handler() {
  [[ -z ${PROCESS_COUNT[$1]:-} ]] || die "$3: $1 is listed twice"
  HANDLERS+=("$1")
  PROCESS_COUNT[$1]=$2
}

override_handler() {
  [[ -n ${PROCESS_COUNT[$1]:-} ]] || die "$3: there is no handler $1"
  PROCESS_COUNT[$1]=$2
}

current_generation() {
  local number=
  { read -r number _ <"$STAGEDOOR_HOME/run/$1.generation"; } 2>/dev/null || true
  printf '%s' "${number:-0}"
}

socket_of() {
  printf '%s' "$STAGEDOOR_HOME/run/$1.$2.sock"
}

# generation_pid NAME GENERATION: the pid of its multiwatch, if that runs.
generation_pid() {
  local pid
  pid=$(recorded_pid "$STAGEDOOR_HOME/run/$1.$2.pid") &&
    process_matches "$pid" "*multiwatch -f * -- */$1" && process_is_of_home "$pid" &&
    printf '%s' "$pid"
}

check_binaries() {
  local name
  for name in "${HANDLERS[@]}" load_demo; do
    [[ -x $BIN/$name ]] || die "the binary $BIN/$name is missing"
  done
}

check_handler_configuration() {
  local problems
  ((${#HANDLERS[@]} > 0)) || return 0
  problems=$("$BIN/${HANDLERS[0]}" --check-config 2>&1 9>&- </dev/null) && return 0
  die "${problems//$'\n'/; }"
}

# What a generation is started with, in one hash: a second `up` compares it.
handler_fingerprint() {
  local name=$1
  {
    printf '%s %s\n' "${PROCESS_COUNT[$name]}" "$HANDLER_INPUTS"
    stat -L -c '%n %i %s %Y' "$BIN/$name"
  } | sha256sum | cut -c 1-64
}

handler_inputs() {
  { handler_settings && cat "$STAGEDOOR_HOME"/secrets/{access_token_key,queue_token_keys,db_password}; } |
    sha256sum | cut -c 1-64
}

# Starts a new generation of every handler that does not run or runs with something else than it
# should now. The old ones go on until retire_generations.
ensure_handlers() {
  local name number fingerprint started=()
  declare -A new_generation=() new_fingerprint=()
  HANDLER_INPUTS=$(handler_inputs)
  for name in "${HANDLERS[@]}"; do
    fingerprint=$(handler_fingerprint "$name")
    number=${GENERATION[$name]}
    generation_pid "$name" "$number" >/dev/null &&
      [[ $(<"$STAGEDOOR_HOME/run/$name.generation") == "$number $fingerprint" ]] && continue
    started+=("$name")
    new_fingerprint[$name]=$fingerprint
    new_generation[$name]=$((number % GENERATION_MAX + 1))
    start_generation "$name" "${new_generation[$name]}"
  done
  ((${#started[@]} > 0)) || return 0
  say "starting ${#started[@]} of ${#HANDLERS[@]} handlers"

  for name in "${started[@]}"; do
    until_true 10 generation_listens "$name" "${new_generation[$name]}" ||
      die "$name does not start, see $STAGEDOOR_HOME/log/$name.log"
  done
  # A binary that fails at once does so within this time, and must not replace one that works.
  sleep 0.1
  for name in "${started[@]}"; do
    generation_pid "$name" "${new_generation[$name]}" >/dev/null ||
      die "$name ends right after its start, see $STAGEDOOR_HOME/log/$name.log"
  done
  for name in "${started[@]}"; do
    GENERATION[$name]=${new_generation[$name]}
    printf '%s\n' "${GENERATION[$name]} ${new_fingerprint[$name]}" |
      write_file "$STAGEDOOR_HOME/run/$name.generation"
    cp "$STAGEDOOR_HOME/run/$name.${GENERATION[$name]}.pid" "$STAGEDOOR_HOME/run/$name.pid"
  done
}

start_generation() {
  local name=$1 generation=$2 socket
  socket=$(socket_of "$name" "$generation")
  # A start that broke off may have left one with this number.
  stop_generations "$STAGEDOOR_HOME/run/$name.$generation.pid"
  start_daemon "$STAGEDOOR_HOME/run/$name.$generation.pid" "$STAGEDOOR_HOME/log/$name.log" \
    spawn-fcgi -n -s "$socket" -b 1024 -M 0600 -- \
    "$(command -v multiwatch)" -f "${PROCESS_COUNT[$name]}" -- "$BIN/$name"
}

generation_listens() {
  [[ -S $(socket_of "$1" "$2") ]] && generation_pid "$1" "$2" >/dev/null
}

# Stops every generation that requests no longer go to.
retire_generations() {
  local file current=' ' name old=()
  for name in "${HANDLERS[@]}"; do
    current+="$STAGEDOOR_HOME/run/$name.${GENERATION[$name]}.pid "
  done
  for file in "$STAGEDOOR_HOME"/run/*.[0-9]*.pid; do
    [[ -e $file && $current != *" $file "* ]] && old+=("$file")
  done
  ((${#old[@]} == 0)) || stop_generations "${old[@]}"
}

stop_handlers() {
  local file files=()
  for file in "$STAGEDOOR_HOME"/run/*.[0-9]*.pid; do
    [[ -e $file ]] && files+=("$file")
  done
  ((${#files[@]} == 0)) || stop_generations "${files[@]}"
  rm -f "$STAGEDOOR_HOME"/run/*.generation
  for file in "${HANDLERS[@]}"; do
    rm -f "$STAGEDOOR_HOME/run/$file.pid"
  done
}

# stop_generations PID_FILE...: multiwatch passes SIGTERM on and waits for its processes. Those of
# a multiwatch that was killed are still in its session.
stop_generations() {
  local file pid leaders=() members=()
  for file in "$@"; do
    pid=$(recorded_pid "$file") && is_of_handler "$pid" "$(handler_of "$file")" && leaders+=("$pid")
  done
  stop_processes TERM 15 "${leaders[@]}" || true
  mapfile -t members < <(generation_members "$@")
  stop_processes TERM 15 "${members[@]}" || true
  mapfile -t members < <(generation_members "$@")
  stop_processes KILL 5 "${members[@]}" || die "handlers do not stop: pids ${members[*]}"
  for file in "$@"; do
    rm -f "$file" "${file%.pid}.sock"
  done
}

handler_of() {
  local name=${1##*/}
  printf '%s' "${name%%.*}"
}

# Its multiwatch, the spawn-fcgi before that, and its processes all end in the path of the binary.
is_of_handler() {
  process_matches "$1" "*/$2" && process_is_of_home "$1"
}

# generation_members PID_FILE...: whatever is left of the sessions that these files name.
generation_members() {
  local file pid session
  local -A handler=()
  for file in "$@"; do
    pid=$(recorded_pid "$file") && handler[$pid]=$(handler_of "$file")
  done
  while read -r pid _ session _; do
    [[ -n ${handler[$session]:-} ]] && is_of_handler "$pid" "${handler[$session]}" &&
      printf '%s\n' "$pid"
  done < <(process_table)
  return 0
}
