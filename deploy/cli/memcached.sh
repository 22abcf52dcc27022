# shellcheck shell=bash
# The private memcached, unless STAGEDOOR_MEMCACHED names others.

memcached_pid() {
  local pid
  pid=$(recorded_pid "$STAGEDOOR_HOME/run/memcached.pid") &&
    process_matches "$pid" "*memcached*$STAGEDOOR_HOME/run/memcached.sock*" && printf '%s' "$pid"
}

check_memcached_setting() {
  local entry entries
  has_setting STAGEDOOR_MEMCACHED || return 0
  IFS=, read -r -a entries <<<"$(setting STAGEDOOR_MEMCACHED)"
  for entry in "${entries[@]}"; do
    entry=$(trim "$entry")
    [[ $entry == /* || $entry =~ ^([^:/[:space:]]+|\[[0-9a-fA-F:]+\]):[0-9]+$ ]] ||
      die "STAGEDOOR_MEMCACHED must be host:port,..., not '$entry'"
  done
}

ensure_memcached() {
  local socket=$STAGEDOOR_HOME/run/memcached.sock as_root=()
  if has_setting STAGEDOOR_MEMCACHED || memcached_pid >/dev/null; then return 0; fi
  say 'starting memcached'
  ((EUID != 0)) || as_root=(-u root)
  rm -f "$socket"
  start_daemon "$STAGEDOOR_HOME/run/memcached.pid" "$STAGEDOOR_HOME/log/memcached.log" \
    memcached -s "$socket" -a 0600 -m 256 -c 4096 "${as_root[@]}"
  until_true 5 test -S "$socket" ||
    die "memcached does not start, see $STAGEDOOR_HOME/log/memcached.log"
}

stop_memcached() {
  local pid
  if pid=$(memcached_pid); then
    stop_processes TERM 10 "$pid" || stop_processes KILL 5 "$pid" ||
      die "memcached (pid $pid) does not stop"
  fi
  rm -f "$STAGEDOOR_HOME"/run/memcached.{pid,sock}
}
