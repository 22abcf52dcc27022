# shellcheck shell=bash
# HAProxy, and the checker of each node that it asks.

proxy_address() {
  printf '%s:%s' "${CLUSTER_PROXY_ADDRESS:-127.0.0.1}" "$FIRST_PORT"
}

proxy_pid() {
  local pid
  pid=$(recorded_pid "$CLUSTER_HOME/proxy.pid") &&
    process_matches "$pid" "*haproxy*$CLUSTER_HOME/haproxy.cfg*" && printf '%s' "$pid"
}

ensure_proxy() {
  local node settings
  settings=$(sed -e "s|@ADDRESS@|$(proxy_address)|" -e "s|@HOME@|$CLUSTER_HOME|" \
    "$CLUSTER_SOURCE/haproxy.cfg")
  for node in 1 2 3; do
    settings=${settings//@NODE$node@/$(node_address "$node")}
    settings=${settings//@CHECK$node@/$(node_port "$node" check)}
  done
  write_file "$CLUSTER_HOME/haproxy.cfg" <<<"$settings"
  ! proxy_pid >/dev/null || return 0
  start_daemon "$CLUSTER_HOME/proxy.pid" "$CLUSTER_HOME/proxy.log" \
    haproxy -db -f "$CLUSTER_HOME/haproxy.cfg"
}

stop_proxy() {
  local pid
  if pid=$(proxy_pid); then
    stop_processes TERM 10 "$pid" || die "the proxy (pid $pid) does not stop"
  fi
  rm -f "$CLUSTER_HOME"/proxy.{pid,sock}
}

# Its word for the state of the node, UP or DOWN and how many checks are to confirm it.
proxy_opinion() {
  local opinion
  opinion=$(socat -t 2 - "UNIX-CONNECT:$CLUSTER_HOME/proxy.sock" <<<'show stat' 2>/dev/null |
    awk -F, -v node="node$1" '$1 == "writer" && $2 == node { print $18 }' || true)
  printf '%s' "${opinion:--}"
}

# Right after its start it has asked nobody and says UP of all.
proxy_has_writer() {
  local node up=0
  for node in 1 2 3; do
    [[ $(proxy_opinion "$node") != UP ]] || up=$((up + 1))
  done
  ((up == 1))
}

checker_pid() {
  local pid
  pid=$(recorded_pid "$CLUSTER_HOME/check$1.pid") &&
    process_matches "$pid" "*socat*check_node.sh*$CLUSTER_HOME/node$1/check.cnf*" &&
    printf '%s' "$pid"
}

ensure_checkers() {
  local node
  for node in 1 2 3; do
    ! checker_pid "$node" >/dev/null || continue
    in_namespace_of "$node" socat \
      "TCP-LISTEN:$(node_port "$node" check),bind=$(node_host "$node"),reuseaddr,fork" \
      "EXEC:$CLUSTER_SOURCE/check_node.sh $ENGINE $CLUSTER_HOME/node$node/check.cnf"
    start_daemon "$CLUSTER_HOME/check$node.pid" "$CLUSTER_HOME/check$node.log" "${PREFIXED[@]}"
  done
}

stop_checkers() {
  local node pid
  for node in 1 2 3; do
    if pid=$(checker_pid "$node"); then
      stop_processes TERM 10 "$pid" || die "the checker of node $node (pid $pid) does not stop"
    fi
    rm -f "$CLUSTER_HOME/check$node.pid"
  done
}
