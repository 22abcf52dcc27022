# shellcheck shell=bash
# Nodes of MySQL with Group Replication, a single primary.

# CLUSTER_MYSQLD names another mysqld than that of Debian sid.
need_programs() {
  local folder=$CLUSTER_SOURCE/../../build/mysql_sid
  SERVER=${CLUSTER_MYSQLD:-}
  [[ -z $SERVER ]] || return 0
  [[ -x $folder/bin/mysqld ]] || say 'fetching MySQL from Debian sid'
  "$CLUSTER_SOURCE/mysql_from_sid.sh" "$folder" 9>&-
  SERVER=$(readlink -m "$folder/bin/mysqld")
}

create_first_node() {
  local first_account=$CLUSTER_HOME/secrets/first_account.sql data=$CLUSTER_HOME/node1/data
  local initialize=(--no-defaults --initialize-insecure --datadir="$data.new")
  ((EUID != 0)) || initialize+=(--user=root)
  "$SERVER" "${initialize[@]}" >>"$CLUSTER_HOME/node1.log" 2>&1 9>&- ||
    die "could not create a database, see $CLUSTER_HOME/node1.log"
  mv "$data.new" "$data"
  write_first_account "$first_account"
  start_server 1 --init-file="$first_account" --super-read-only=OFF --read-only=OFF
  wait_for_server 1
  # All nodes begin with the same rows and an empty history.
  node_sql 1 "$(accounts; group_accounts)"
  stop_server 1
}

group_accounts() {
  cat <<SQL
ALTER USER root@localhost ACCOUNT LOCK;
CREATE USER cluster_recovery@'%' IDENTIFIED BY '$(secret node)';
GRANT REPLICATION SLAVE, CONNECTION_ADMIN, BACKUP_ADMIN, GROUP_REPLICATION_STREAM
  ON *.* TO cluster_recovery@'%';
GRANT SELECT ON performance_schema.replication_group_members TO cluster_checker@localhost;
CHANGE REPLICATION SOURCE TO SOURCE_USER = 'cluster_recovery',
  SOURCE_PASSWORD = '$(secret node)' FOR CHANNEL 'group_replication_recovery';
RESET BINARY LOGS AND GTIDS;
SQL
}

# The server makes itself another UUID.
become_another_node() {
  rm -f "$1/auto.cnf"
}

# A group is begun only where every node has said that it knows of none: a second group would sell
# the same seats.
start_nodes() {
  local node state first=''
  for node in 1 2 3; do node_pid "$node" >/dev/null || start_server "$node"; done
  for node in 1 2 3; do wait_for_server "$node"; done
  for node in 1 2 3; do
    state=$(node_state "$node") || die "node $node does not answer"
    [[ $state == OFFLINE* || $state == ERROR* ]] || first=$node
  done
  if [[ -z $first ]]; then
    first=$(node_with_most_transactions)
    say "starting the group with node $first"
    node_sql "$first" 'SET GLOBAL group_replication_bootstrap_group = ON; START GROUP_REPLICATION;
      SET GLOBAL group_replication_bootstrap_group = OFF, GLOBAL offline_mode = OFF'
  fi
  for node in 1 2 3; do join_group "$node"; done
}

# A group that no member is left of begins with what was acknowledged, all of it.
node_with_most_transactions() {
  local node best=1 transactions
  for node in 2 3; do
    transactions=$(node_sql "$best" 'SELECT @@gtid_executed')
    transactions=$(node_sql "$node" "SELECT GTID_SUBTRACT(@@gtid_executed,
      '${transactions//\\n/}')")
    [[ -z $transactions ]] || best=$node
  done
  printf '%s' "$best"
}

join_group() {
  local state
  state=$(node_state "$1") || die "node $1 does not answer"
  [[ $state != ONLINE* && $state != RECOVERING* ]] || return 0
  say "node $1 joins the group"
  node_sql "$1" 'STOP GROUP_REPLICATION; START GROUP_REPLICATION; SET GLOBAL offline_mode = OFF'
}

# "STATE ROLE"
node_state() {
  node_answer "$1" "SELECT MEMBER_STATE,
    CASE MEMBER_ROLE WHEN 'PRIMARY' THEN 'writer' WHEN 'SECONDARY' THEN 'reader' ELSE '-' END
    FROM performance_schema.replication_group_members WHERE MEMBER_ID = @@server_uuid
    UNION SELECT 'OFFLINE', '-' LIMIT 1"
}

switch_writer() {
  node_sql "$1" 'SELECT group_replication_set_as_primary(@@server_uuid)'
}
