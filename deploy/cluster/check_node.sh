#!/usr/bin/env bash
# check_node.sh ENGINE OPTIONS: answers one HTTP request: 200 if the node on this host is the one
# that may write and has just done so, else 503. OPTIONS is a file of the client mariadb. Run for
# each request by socat, or by a socket unit of systemd with Accept=yes; see docs/cluster.md.
set -uo pipefail
readonly engine=$1 options=$2
# A node that hangs is not usable. HAProxy waits two seconds.
readonly answer_s=1.5

ask() {
  timeout -s KILL "$answer_s" mariadb --defaults-file="$options" --batch --skip-column-names \
    --execute="$1" 2>/dev/null
}

answer() {
  printf 'HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n' "$1"
  exit 0
}

# The primary of a group of which the majority answers. One that was stopped for a while believes
# for a second that it still is: it cannot commit.
may_write_group_replication() {
  [[ $(ask "UPDATE stagedoor_cluster.writer SET node = @@server_id, seen_at = SYSDATE(6)
      WHERE @@super_read_only = 0 AND EXISTS (
        SELECT 1 FROM performance_schema.replication_group_members
        WHERE MEMBER_ID = @@server_uuid AND MEMBER_STATE = 'ONLINE' AND MEMBER_ROLE = 'PRIMARY');
    SELECT ROW_COUNT()") == 1 ]]
}

# The node that the cluster has agreed upon (writer.sql). Each of the others is read-only, so that a
# session that goes astray can do no harm. A donor of mariabackup goes on writing.
may_write_galera() {
  local read_only is_mine is_member
  read -r read_only is_mine is_member < <(ask "
    SELECT @@read_only, node = @@wsrep_node_name,
      node IN (SELECT node_name FROM mysql.wsrep_cluster_members)
    FROM stagedoor_cluster.writer WHERE 3 = (
      SELECT COUNT(*) FROM information_schema.GLOBAL_STATUS
      WHERE (VARIABLE_NAME = 'WSREP_READY' AND VARIABLE_VALUE = 'ON')
        OR (VARIABLE_NAME = 'WSREP_CLUSTER_STATUS' AND VARIABLE_VALUE = 'Primary')
        OR (VARIABLE_NAME = 'WSREP_LOCAL_STATE' AND VARIABLE_VALUE IN ('2', '4')))") || return 1
  case "$read_only $is_mine $is_member" in
    ?' 1 1') claim 'node = @@wsrep_node_name' ;;
    ?' 0 0') claim 'node NOT IN (SELECT node_name FROM mysql.wsrep_cluster_members)' ;;
    '0 0 1') ask 'SET GLOBAL read_only = ON' && return 1 ;;
    *) return 1 ;;
  esac
}

# claim CONDITION: writes, if it holds, that this node is the writer, which it then is.
claim() {
  [[ $(ask "UPDATE stagedoor_cluster.writer SET node = @@wsrep_node_name, seen_at = SYSDATE(6)
    WHERE $1; SELECT ROW_COUNT(); SET GLOBAL read_only = OFF") == 1 ]]
}

# What is left unread of the request would reset the connection, and the answer with it.
while read -r -t 1 line && [[ -n ${line%$'\r'} ]]; do :; done
case $engine in
  galera) may_write_galera ;;
  group-replication) may_write_group_replication ;;
esac && answer '200 OK'
answer '503 Service Unavailable'
