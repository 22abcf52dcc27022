# shellcheck shell=bash
# What runs, and what it says.

verb_status() {
  local table name
  load_settings
  load_handlers
  load_generations
  is_home || { say "there is no installation under $STAGEDOOR_HOME" && exit 3; }
  table=$(process_table)
  ALL_RUN=yes
  printf '%-26s %8s %-9s %9s %9s  %s\n' PART PID STATE PROCESSES MEMORY LISTENS
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
  for name in "${HANDLERS[@]}"; do
    status_line "$name" "$(generation_pid "$name" "${GENERATION[$name]}" || true)" \
      "$STAGEDOOR_HOME/run/$name.sock" "$table" "${PROCESS_COUNT[$name]}"
  done
  [[ -n $ALL_RUN ]] || exit 3
}

# status_line PART PID LISTENS TABLE [PROCESSES_WANTED]: its main process and the children together.
status_line() {
  local part=$1 pid=$2 listens=$3 table=$4 wanted=${5:-1} state=running processes=0 kib=0
  if [[ -n $pid ]]; then
    read -r processes kib < <(awk -v pid="$pid" '
      $1 == pid { kib += $4 } $2 == pid { children++; kib += $4 }
      END { print children + 0, kib + 0 }' <<<"$table")
    [[ -n ${5:-} || $processes != 0 ]] || processes=1
    if ((processes < wanted)); then
      state=degraded
      ALL_RUN=
    fi
  else
    state=stopped
    ALL_RUN=
  fi
  printf '%-26s %8s %-9s %9s %9s  %s\n' "$part" "${pid:--}" "$state" "$processes" \
    "$((kib / 1024)) MiB" "$listens"
}

# Of what somebody else runs we only know whether it takes connections.
external_line() {
  local part=$1 addresses=$2 address state=external
  for address in ${addresses//,/ }; do
    takes_connections "$address" && continue
    state=no-answer
    ALL_RUN=
  done
  printf '%-26s %8s %-9s %9s %9s  %s\n' "$part" - "$state" - - "$addresses"
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
