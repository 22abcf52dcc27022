# shellcheck shell=bash
# bench: an installation of its own, beside an nginx whose handlers do nothing, is measured and
# audited.

# The installation and the ceilings take the first two free ports from here on.
readonly BENCH_PORTS_FROM=${BENCH_PORTS_FROM:-23000}

BENCH_HOME=
BENCH_CEILINGS=()

verb_bench() {
  local exit_code=0
  load_settings
  need_packages run build bench
  if ! has_setting STAGEDOOR_BIN; then
    build_target handlers/all >&2
    build_target bench >&2
  fi
  if [[ ${1:-} == micro ]]; then
    shift
    exec "$BIN/bench_micro" "$@"
  fi
  # Short, as paths of sockets are in it.
  BENCH_HOME=$(mktemp -d /tmp/stagedoor-bench.XXXXXX)
  trap bench_clean_up EXIT
  bench_environment
  say 'starting an installation to measure' >&2
  "$SOURCE/stagedoor" up >"$BENCH_HOME.log" 2>&1 ||
    die "the installation does not start: $(tail -n 3 "$BENCH_HOME.log")"
  start_ceilings
  "$BIN/bench_driver" --port "$STAGEDOOR_PORT" --ceilings-port "$BENCH_CEILINGS_PORT" \
    --scripts "$SOURCE/bench" "$@" || exit_code=$?
  ((exit_code == 0 || exit_code == 2)) || die 'the measurement failed'
  say 'auditing' >&2
  "$SOURCE/stagedoor" audit >"$BENCH_HOME.log" ||
    die "the audit found a violation: $(grep -A 10 VIOLATED "$BENCH_HOME.log")"
  say 'audit: every invariant holds' >&2
  ((exit_code == 0)) || say 'a goal was missed' >&2
  return "$exit_code"
}

# Unsets what this shell may have set for another installation.
bench_environment() {
  unset "${KNOWN_SETTINGS[@]}"
  export STAGEDOOR_HOME=$BENCH_HOME STAGEDOOR_RATE_LIMITS=off STAGEDOOR_BIN=$BIN STAGEDOOR_PORT
  STAGEDOOR_PORT=$(unused_port 0)
  BENCH_CEILINGS_PORT=$(unused_port "$STAGEDOOR_PORT")
}

# unused_port BESIDE: a port without a listener, and not BESIDE.
unused_port() {
  local port
  for ((port = BENCH_PORTS_FROM; port < BENCH_PORTS_FROM + 1000; port++)); do
    ((port != $1)) && ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && echo "$port" && return
  done
  die "no port is free from $BENCH_PORTS_FROM on"
}

# The same nginx with the same settings, before handlers that do nothing in as many processes as
# those that they are compared with.
start_ceilings() {
  local name
  load_handlers
  for name in queue_position list_seats authorize; do
    start_daemon "$BENCH_HOME/run/noop_$name.pid" "$BENCH_HOME/log/noop.log" \
      spawn-fcgi -n -s "$BENCH_HOME/run/noop_$name.sock" -b 1024 -M 0600 -- \
      "$(command -v multiwatch)" -f "${PROCESS_COUNT[$name]}" -- "$BIN/noop_handler"
    BENCH_CEILINGS+=("$(recorded_pid "$BENCH_HOME/run/noop_$name.pid")")
    printf 'upstream noop_%s { server unix:%s; }\n' "$name" "$BENCH_HOME/run/noop_$name.sock"
  done >"$BENCH_HOME/nginx/ceilings_upstreams.conf"
  sed -e "s|listen 127.0.0.1:$STAGEDOOR_PORT |listen 127.0.0.1:$BENCH_CEILINGS_PORT |" \
    -e 's|/run/nginx\.pid|/run/ceilings.pid|' -e 's|/log/nginx\.|/log/ceilings.|' \
    -e "s|include stagedoor/server.conf;|&\n    include $SOURCE/bench/ceilings.conf;|" \
    -e "s|include .*/upstreams.conf;|&\n  include $BENCH_HOME/nginx/ceilings_upstreams.conf;|" \
    "$BENCH_HOME/nginx/nginx.conf" >"$BENCH_HOME/nginx/ceilings.conf"
  start_daemon "$BENCH_HOME/run/ceilings_start.pid" "$BENCH_HOME/log/ceilings.log" \
    nginx -p "$BENCH_HOME/nginx/" -e "$BENCH_HOME/log/ceilings.error.log" \
    -c "$BENCH_HOME/nginx/ceilings.conf" -g 'daemon off;'
  BENCH_CEILINGS+=("$(recorded_pid "$BENCH_HOME/run/ceilings_start.pid")")
  until_true 10 ceiling_answers ||
    die "the ceilings do not answer: $(tail -n 3 "$BENCH_HOME"/log/{ceilings,noop}.log)"
}

ceiling_answers() {
  curl -sf --noproxy '*' -m 5 -o /dev/null \
    "http://127.0.0.1:$BENCH_CEILINGS_PORT/authorized_handler"
}

bench_clean_up() {
  stop_processes TERM 10 "${BENCH_CEILINGS[@]}" || stop_processes KILL 5 "${BENCH_CEILINGS[@]}"
  "$SOURCE/stagedoor" down || true
  rm -rf "${BENCH_HOME:?}" "$BENCH_HOME.log"
}
