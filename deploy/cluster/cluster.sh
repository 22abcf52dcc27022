#!/usr/bin/env bash
# A database cluster of three nodes on one machine, with a checker per node and HAProxy before them:
# what `./stagedoor up --cluster` and the suite `cluster` start. See docs/cluster.md.
# usage: CLUSTER_HOME=FOLDER cluster.sh COMMAND
#   up [galera | group-replication]   make it, or start again what does not run
#   status                            what the nodes and the proxy say
#   kill N                            SIGKILL to the server of node N
#   switch N                          make node N the writer, as before maintenance
#   down                              stop everything
#   fetch galera | group-replication  get what of it Debian 12 has not installed; `up` does too
# Elsewhere than on the loopback address, as the suite wants it:
#   CLUSTER_NODE_ADDRESSES            three addresses, separated by spaces
#   CLUSTER_NODE_NAMESPACES           the network namespace of each
#   CLUSTER_PROXY_ADDRESS             where HAProxy listens
set -Eeuo pipefail
export LC_ALL=C.UTF-8 PATH=$PATH:/usr/sbin:/sbin

CLUSTER_SOURCE=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
readonly CLUSTER_SOURCE
for piece in ../cli/common.sh ../cli/processes.sh nodes.sh proxy.sh; do
  # shellcheck source=/dev/null
  source "$CLUSTER_SOURCE/$piece"
done

usage() {
  sed -n '/^# usage/,/^set/{ s/^# \{0,1\}//p }' "${BASH_SOURCE[0]}" >&2
  exit 2
}

# Loads the engine that this cluster has, or gets now.
load_engine() {
  local file=$CLUSTER_HOME/engine
  ENGINE=${1:-}
  if [[ -e $file ]]; then
    [[ -z $ENGINE || $ENGINE == "$(<"$file")" ]] ||
      die "the cluster under $CLUSTER_HOME is of $(<"$file"), not of $ENGINE"
    ENGINE=$(<"$file")
  fi
  case $ENGINE in
    galera | group-replication) ;;
    '') die "there is no cluster under $CLUSTER_HOME" ;;
    *) die "an engine is galera or group-replication, not '$ENGINE'" ;;
  esac
  # shellcheck source=/dev/null
  source "$CLUSTER_SOURCE/${ENGINE//-/_}.sh"
}

cluster_up() {
  load_engine "$@"
  umask 077
  mkdir -p "$CLUSTER_HOME/secrets"
  choose_ports
  need_programs
  create_cluster_secrets
  [[ -d $CLUSTER_HOME/node3/data ]] || create_nodes
  write_file "$CLUSTER_HOME/engine" <<<"$ENGINE"
  start_nodes
  ensure_checkers
  ensure_proxy
  until_true 60 proxy_has_writer || die "no node is usable, see $CLUSTER_HOME/*.log"
}

cluster_status() {
  local node pid state role
  load_engine
  choose_ports
  printf '%-6s %8s %-22s %-16s %-8s %s\n' NODE PID ADDRESS STATE ROLE PROXY
  for node in 1 2 3; do
    pid=$(node_pid "$node" || true)
    read -r state role < <(node_state "$node" || echo 'no-answer -')
    printf '%-6s %8s %-22s %-16s %-8s %s\n' "$node" "${pid:--}" "$(node_address "$node")" \
      "$state" "$role" "$(proxy_opinion "$node")"
  done
  printf 'proxy  %8s %s\n' "$(proxy_pid || echo -)" "$(proxy_address)"
}

cluster_kill() {
  local pid
  load_engine
  pid=$(node_pid "$1") || die "node $1 does not run"
  stop_processes KILL 10 "$pid" || die "node $1 (pid $pid) survived SIGKILL"
  rm -f "$CLUSTER_HOME/node$1.pid"
}

cluster_switch() {
  load_engine
  choose_ports
  node_pid "$1" >/dev/null || die "node $1 does not run"
  switch_writer "$1"
}

cluster_down() {
  [[ -e $CLUSTER_HOME/ports ]] || return 0
  choose_ports
  stop_proxy
  stop_checkers
  stop_nodes
}

# with_node VERB N
with_node() {
  [[ ${2:-} =~ ^[1-3]$ ]] || die "$1 takes the number of a node, 1 to 3"
  "cluster_$1" "$2"
}

main() {
  : "${CLUSTER_HOME:?}"
  CLUSTER_HOME=$(readlink -m "$CLUSTER_HOME")
  # Where the pieces of ./stagedoor start processes. Not exported: it is no home.
  # shellcheck disable=SC2034
  STAGEDOOR_HOME=$CLUSTER_HOME
  case ${1:-} in
    up) shift && cluster_up "$@" ;;
    status) cluster_status ;;
    kill | switch) with_node "$@" ;;
    down) cluster_down ;;
    fetch) load_engine "${2:-}" && need_programs ;;
    *) usage ;;
  esac
}

main "$@"
