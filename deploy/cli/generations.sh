# shellcheck shell=bash
# A generation of a handler: one multiwatch with its processes on a socket of its own.
#   run/NAME.GENERATION.pid, .sock   of every generation that was started and not yet stopped
#   run/NAME.sock                    a link to the socket of the one that new requests go to

# multiwatch replaces a process that dies at once, and gives up after this many deaths in a row,
# each within this time: far more than kill tests cause, but an end where a binary is broken.
readonly DEATHS_IN_A_ROW_MAX=1000
readonly DEATH_WITHIN_MS=1000

# Backlog of a socket: thousands of clients that connect at one instant, with room. More are refused
# at once; to shed a request that has waited too long costs a process next to nothing.
readonly QUEUE_MAX=4096

# A connection may wait this long in the backlog before its generation is stopped.
readonly DRAIN_S=10

socket_of() {
  printf '%s' "$STAGEDOOR_HOME/run/$1.$2.sock"
}

pid_file_of() {
  printf '%s' "$STAGEDOOR_HOME/run/$1.$2.pid"
}

handler_of() {
  local name=${1##*/}
  printf '%s' "${name%%.*}"
}

# start_generation NAME GENERATION COUNT
start_generation() {
  local pid_file
  pid_file=$(pid_file_of "$1" "$2")
  # A start that broke off may have left one with this number.
  stop_generations "$pid_file"
  start_daemon "$pid_file" "$STAGEDOOR_HOME/log/$1.log" \
    spawn-fcgi -n -d "$BIN" -s "$(socket_of "$1" "$2")" -b "$QUEUE_MAX" -M 0600 -- \
    "$(command -v multiwatch)" -r "$DEATHS_IN_A_ROW_MAX" -t "$DEATH_WITHIN_MS" -f "$3" -- \
    "$(program_of "$1")"
}

# generation_pid NAME GENERATION: the pid of its multiwatch, if that runs.
generation_pid() {
  local pid
  pid=$(recorded_pid "$(pid_file_of "$1" "$2")") && process_matches "$pid" "*multiwatch *-- */$1" &&
    process_is_of_home "$pid" && printf '%s' "$pid"
}

# switch_to_generation NAME GENERATION: from now on nginx connects to this one. It follows the link
# for each request, so that it needs no reload, which would close idle connections of clients.
switch_to_generation() {
  link_socket "$1" "$1.$2.sock"
}

link_socket() {
  local link=$STAGEDOOR_HOME/run/$1.sock
  { ln -sfn "$2" "$link.new" && mv -fT "$link.new" "$link"; } || die "cannot write $link"
}

is_switched_to() {
  [[ $STAGEDOOR_HOME/run/$1.sock -ef $(socket_of "$1" "$2") ]]
}

# drain_sockets SOCKET...: returns when processes have accepted every connection that waited there.
# They accept in order, so that one more connection goes behind the others; it sends no FastCGI and
# is dropped.
drain_sockets() {
  local socket clients=()
  for socket in "$@"; do
    curl -s -m "$DRAIN_S" --noproxy '*' --unix-socket "$socket" -o /dev/null http://drain/ 9>&- &
    clients+=("$!")
  done
  wait "${clients[@]}" || true
}

# pool_is_idle PID_FILE...: whether no fcgiwrap among them runs a handler. A signal in that moment
# makes it answer 502.
pool_is_idle() {
  local file pid process
  load_children
  for file in "$@"; do
    [[ $(handler_of "$file") == "$POOL" ]] || continue
    pid=$(recorded_pid "$file") || continue
    for process in ${CHILDREN[$pid]:-}; do
      [[ -z ${CHILDREN[$process]:-} ]] || return 1
    done
  done
}

generation_listens() {
  [[ -S $(socket_of "$1" "$2") ]] && generation_pid "$1" "$2" >/dev/null
}

# stop_generations PID_FILE...: multiwatch passes SIGTERM on and waits for its processes, which
# finish their requests. It may miss a process that it was just about to start, and a multiwatch
# that was killed passes nothing on: such processes are found by their session and signalled
# directly.
stop_generations() {
  local file pid leaders=() members=()
  for file in "$@"; do
    pid=$(recorded_pid "$file") && is_of_handler "$pid" "$(handler_of "$file")" && leaders+=("$pid")
  done
  stop_processes TERM 1 "${leaders[@]}" || true
  mapfile -t members < <(generation_members "$@")
  stop_processes TERM 15 "${members[@]}" || true
  mapfile -t members < <(generation_members "$@")
  stop_processes KILL 5 "${members[@]}" || die "handlers do not stop: pids ${members[*]}"
  for file in "$@"; do
    rm -f "$file" "${file%.pid}.sock"
  done
}

# The command lines of its multiwatch, of spawn-fcgi before that, and of its processes all end in
# the path of the binary.
is_of_handler() {
  process_matches "$1" "*/$2" && process_is_of_home "$1"
}

# generation_members PID_FILE...: the pids that are left of the sessions that these files name.
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
