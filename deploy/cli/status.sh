# shellcheck shell=bash
# status and logs.

verb_status() {
  local table name
  load_settings
  refuse_home_of_units
  load_handlers
  load_generations
  is_home || { say "there is no installation under $STAGEDOOR_HOME" && exit 3; }
  table=$(process_table)
  load_figures
  ALL_RUN=yes
  table_line PART PID STATE PROCESSES MEMORY REQUESTS RESTARTS QUEUE LISTENS
  status_line nginx "$(web_server_pid || true)" "127.0.0.1:$PORT" "$table"
  if has_setting STAGEDOOR_DB; then
    check_database_settings
    external_line database "${DB_HOST[STAGEDOOR_DB]}:${DB_PORT[STAGEDOOR_DB]}"
  else
    status_line mariadb "$(mariadb_pid || true)" "$STAGEDOOR_HOME/run/mariadb.sock" "$table"
  fi
  if has_setting STAGEDOOR_MEMCACHED; then
    external_line memcached "$(setting STAGEDOOR_MEMCACHED)"
  else
    status_line memcached "$(memcached_pid || true)" "$STAGEDOOR_HOME/run/memcached.sock" "$table"
  fi
  for name in "$POOL" "${HANDLERS[@]}"; do
    if runs_on_demand "$name" && is_switched_to_pool "$name"; then
      on_demand_line "$name"
      continue
    fi
    status_line "$name" "$(generation_pid "$name" "${GENERATION[$name]}" || true)" \
      "$STAGEDOOR_HOME/run/$name.sock" "$table" "${PROCESS_COUNT[$name]}"
  done
  [[ -n $ALL_RUN ]] || exit 3
}

# table_line PART PID STATE PROCESSES MEMORY REQUESTS RESTARTS QUEUE LISTENS
table_line() {
  printf '%-26s %8s %-9s %9s %9s %9s %8s %5s  %s\n' "$@"
}

# FIGURES[handler]: its requests, restarts and queue, as far as known.
declare -A FIGURES=()
load_figures() {
  local name figures
  [[ -x $BIN/describe_handlers ]] || return 0
  while read -r name figures; do
    FIGURES[$name]=$figures
  done < <("$BIN/describe_handlers" 2>/dev/null || true)
}

# status_line PART PID LISTENS TABLE [PROCESSES_WANTED]: its main process and the children together.
status_line() {
  local part=$1 pid=$2 listens=$3 table=$4 wanted=${5:-1} state=running processes=0 kib=0
  local requests restarts queue
  if [[ -n $pid ]]; then
    read -r processes kib < <(awk -v pid="$pid" '
      $1 == pid { kib += $4 } $2 == pid { children++; kib += $4 }
      END { print children + 0, kib + 0 }' <<<"$table")
    # nginx has workers, the others are one process.
    [[ -n ${5:-} ]] || processes=1
    if ((processes < wanted)); then
      state=degraded
      ALL_RUN=
    fi
  else
    state=stopped
    ALL_RUN=
  fi
  read -r requests restarts queue <<<"${FIGURES[$part]:-- - -}"
  table_line "$part" "${pid:--}" "$state" "$processes/$wanted" "$((kib / 1024)) MiB" "$requests" \
    "$restarts" "$queue" "$listens"
}

# fcgiwrap starts a process for each call.
on_demand_line() {
  local requests
  read -r requests _ <<<"${FIGURES[$1]:--}"
  table_line "$1" - on-demand 0/0 '0 MiB' "$requests" - - "$STAGEDOOR_HOME/run/$1.sock"
}

# Of a server that this home does not run we know only whether it accepts connections.
external_line() {
  local part=$1 addresses=$2 address state=external
  for address in ${addresses//,/ }; do
    takes_connections "$address" && continue
    state=no-answer
    ALL_RUN=
  done
  table_line "$part" - "$state" - - - - - "$addresses"
}

takes_connections() {
  local host=${1%:*} tcp_port=${1##*:}
  [[ $1 != /* ]] || { [[ -S $1 ]] && return 0 || return 1; }
  host=${host#[}
  # shellcheck disable=SC2016
  timeout 2 bash -c 'exec 3<>"/dev/tcp/$1/$2"' - "${host%]}" "$tcp_port" 2>/dev/null
}

verb_logs() {
  local part=${1:-} files=() file
  (($# <= 1)) || die 'logs takes one part at most'
  load_settings
  for file in "$STAGEDOOR_HOME"/log/*.log; do
    [[ -e $file ]] || continue
    [[ -z $part || ${file##*/} == "$part".* ]] && files+=("$file")
  done
  ((${#files[@]} > 0)) || die "there is no log${part:+ of $part} under $STAGEDOOR_HOME/log"
  if [[ -t 1 ]]; then
    exec tail -n 20 -F "${files[@]}"
  fi
  exec tail -n 100 "${files[@]}"
}
