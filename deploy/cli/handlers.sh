# shellcheck shell=bash
# Which handlers run, with how many processes, in which generation. A change starts a new
# generation beside the old one, requests are switched to it, and the old one is stopped when it
# has answered what had reached it before: no request is lost.
#   run/NAME.generation   the one that requests go to: its number, and a digest of what it was
#                         started with
#   run/NAME.pid          its pid
# A handler with 0 processes has no generation: run/NAME.sock leads to the pool of fcgiwrap, which
# starts the handler's binary for each call. The pool has generations like a handler.

readonly PROCESSES_MAX=64
readonly POOL=fcgiwrap
readonly POOL_PROCESSES=4
# The next one is 1 again. Its digits count towards the length of a socket's path.
readonly GENERATION_MAX=9999
HANDLERS=()
declare -A PROCESS_COUNT=() GENERATION=() CHILDREN=()

# A row is: method path handler level limit processes.
readonly ENDPOINTS=$SOURCE/handlers/endpoints.conf

load_handlers() {
  local method name count file
  [[ -r $ENDPOINTS ]] || die "cannot read $ENDPOINTS"
  while read -r method _ name _ _ count; do
    [[ -n $method && $method != '#'* && $count != - ]] || continue
    HANDLERS+=("$name")
    PROCESS_COUNT[$name]=$count
  done <"$ENDPOINTS"
  PROCESS_COUNT[$POOL]=$POOL_PROCESSES
  file=$STAGEDOOR_HOME/processes.conf
  [[ ! -e $file ]] || read_process_counts "$file"
}

read_process_counts() {
  local file=$1 line name count rest number=0
  [[ -r $file ]] || die "cannot read $file"
  while IFS= read -r line || [[ -n $line ]]; do
    number=$((number + 1))
    read -r name count rest <<<"${line%%#*}"
    [[ -n $name ]] || continue
    { [[ -z $rest ]] && is_process_count "$name" "$count"; } ||
      die "$file line $number: expected a handler and a count from 0 to $PROCESSES_MAX"
    [[ -n ${PROCESS_COUNT[$name]:-} ]] || die "$file line $number: there is no handler $name"
    PROCESS_COUNT[$name]=$count
  done <"$file"
}

# is_process_count NAME COUNT
is_process_count() {
  [[ $2 =~ ^(0|[1-9][0-9]?)$ ]] && (($2 <= PROCESSES_MAX)) && [[ $1 != "$POOL" || $2 != 0 ]]
}

runs_on_demand() {
  ((PROCESS_COUNT[$1] == 0))
}

# What the processes of a handler, or of the pool, run.
program_of() {
  if [[ $1 == "$POOL" ]]; then
    command -v fcgiwrap
  else
    printf '%s' "$BIN/$1"
  fi
}

# REQUIRES: the lock of the home, if generations are to be started or stopped.
load_generations() {
  local name number
  for name in "$POOL" "${HANDLERS[@]}"; do
    number=0
    { read -r number _ <"$STAGEDOOR_HOME/run/$name.generation"; } 2>/dev/null || true
    GENERATION[$name]=$number
  done
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

# load_wanted NAME...: for each of these handlers, what it should be started with, as one line to
# compare.
declare -A WANTED=()
load_wanted() {
  local name state inputs files=()
  inputs=$({
    handler_settings
    cat "$STAGEDOOR_HOME"/secrets/{access_token_key,queue_token_keys,log_keys,db_password}
    identity_keys
  } | sha256sum)
  for name in "$@"; do files+=("$(program_of "$name")"); done
  while read -r name state; do
    name=${name##*/}
    WANTED[$name]="${PROCESS_COUNT[$name]} $state ${inputs%% *} $BIN"
  done < <(stat -L -c '%n %i-%s-%.9Y' "${files[@]}")
}

# The names and texts of all public keys of an outside identity provider.
identity_keys() {
  local file
  has_setting STAGEDOOR_IDENTITY_KEYS || return 0
  for file in "$(setting STAGEDOOR_IDENTITY_KEYS)"/*.pem; do
    [[ -r $file ]] && printf '%s\n' "$file" && cat "$file"
  done
}

# ensure_handlers NAME...: starts a new generation of each of them that does not run, not with all
# its processes, or with something else than it should now. The old ones go on until
# retire_generations. REQUIRES: all of them have processes.
ensure_handlers() {
  local name started=()
  local -A new=()
  load_wanted "$@"
  load_children
  for name in "$@"; do
    if runs_as_wanted "$name"; then
      is_switched_to "$name" "${GENERATION[$name]}" ||
        switch_to_generation "$name" "${GENERATION[$name]}"
      continue
    fi
    started+=("$name")
    new[$name]=$((GENERATION[$name] % GENERATION_MAX + 1))
    start_generation "$name" "${new[$name]}" "${PROCESS_COUNT[$name]}"
  done
  ((${#started[@]} > 0)) || return 0
  say "starting ${#started[@]} of $# handlers"
  for name in "${started[@]}"; do
    until_true 10 generation_listens "$name" "${new[$name]}" || give_up_starting "$name"
  done
  until_true 5 all_are_steady || give_up_starting "$UNSTEADY"
  for name in "${started[@]}"; do
    GENERATION[$name]=${new[$name]}
    write_file "$STAGEDOOR_HOME/run/$name.generation" <<<"${new[$name]} ${WANTED[$name]}"
    switch_to_generation "$name" "${new[$name]}"
    cp "$(pid_file_of "$name" "${new[$name]}")" "$STAGEDOOR_HOME/run/$name.pid"
  done
}

# The names of all that have processes, the pool first.
handlers_with_processes() {
  local name
  for name in "$POOL" "${HANDLERS[@]}"; do
    runs_on_demand "$name" || printf '%s\n' "$name"
  done
}

# switch_to_pool NAME...: from now on fcgiwrap answers the calls of those that have no processes.
# REQUIRES: the pool runs.
switch_to_pool() {
  local name
  for name in "$@"; do
    runs_on_demand "$name" || continue
    is_switched_to_pool "$name" || link_socket "$name" "$POOL.sock"
    GENERATION[$name]=0
    rm -f "$STAGEDOOR_HOME/run/$name".{generation,pid}
  done
}

is_switched_to_pool() {
  [[ $STAGEDOOR_HOME/run/$1.sock -ef $STAGEDOOR_HOME/run/$POOL.sock ]]
}

runs_as_wanted() {
  local name=$1 pid
  pid=$(generation_pid "$name" "${GENERATION[$name]}") || return 1
  [[ $(<"$STAGEDOOR_HOME/run/$name.generation") == "${GENERATION[$name]} ${WANTED[$name]}" ]] ||
    return 1
  # multiwatch may be replacing one in this moment.
  has_all_processes "$name" "$pid" || until_true 1 has_all_processes_now "$name" "$pid"
}

# CHILDREN[pid]: the pids of its child processes.
load_children() {
  local pid parent
  CHILDREN=()
  while read -r pid parent _; do
    CHILDREN[$parent]+="$pid "
  done < <(process_table)
}

has_all_processes() {
  local pids
  read -r -a pids <<<"${CHILDREN[$2]:-}"
  ((${#pids[@]} == PROCESS_COUNT[$1]))
}

has_all_processes_now() {
  load_children
  has_all_processes "$@"
}

# all_are_steady reads `started` and `new` of ensure_handlers: multiwatch replaces a process that
# fails at its start again and again, while one that works has the same pid a moment later. UNSTEADY
# is a handler that fails.
all_are_steady() {
  local name pid
  local -A before=()
  load_children
  for name in "${started[@]}"; do
    pid=$(recorded_pid "$(pid_file_of "$name" "${new[$name]}")")
    before[$name]=${CHILDREN[$pid]:-}
  done
  sleep 0.1
  load_children
  for name in "${started[@]}"; do
    pid=$(recorded_pid "$(pid_file_of "$name" "${new[$name]}")")
    UNSTEADY=$name
    has_all_processes "$name" "$pid" && [[ ${CHILDREN[$pid]} == "${before[$name]}" ]] || return 1
  done
}

# The generations that ran before go on.
give_up_starting() {
  local name files=()
  for name in "${started[@]}"; do
    files+=("$(pid_file_of "$name" "${new[$name]}")")
  done
  stop_generations "${files[@]}"
  die "$1 does not start, see $STAGEDOOR_HOME/log/$1.log"
}

# Stops every generation that requests no longer go to.
retire_generations() {
  local file current=' ' name old=()
  for name in "$POOL" "${HANDLERS[@]}"; do
    current+="$(pid_file_of "$name" "${GENERATION[$name]}") "
  done
  for file in "$STAGEDOOR_HOME"/run/*.[0-9]*.pid; do
    [[ -e $file && $current != *" $file "* ]] && old+=("$file")
  done
  ((${#old[@]} > 0)) || return 0
  drain_sockets "${old[@]/%.pid/.sock}"
  until_true "$DRAIN_S" pool_is_idle "${old[@]}" || true
  stop_generations "${old[@]}"
}

stop_handlers() {
  local file files=()
  for file in "$STAGEDOOR_HOME"/run/*.[0-9]*.pid; do
    [[ -e $file ]] && files+=("$file")
  done
  ((${#files[@]} == 0)) || stop_generations "${files[@]}"
  for file in "$STAGEDOOR_HOME"/run/*.generation; do
    rm -f "$file" "${file%.generation}".pid
  done
  for file in "$STAGEDOOR_HOME"/run/*.sock; do
    [[ ! -L $file ]] || rm -f "$file"
  done
}
