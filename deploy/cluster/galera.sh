# shellcheck shell=bash
# Nodes of MariaDB with Galera, one of them the writer.

readonly SERVER=mariadbd

# The scripts of a state transfer are in the package of the whole server, which would start one.
need_programs() {
  local folder=$CLUSTER_SOURCE/../../build/galera_scripts
  ! command -v wsrep_sst_mariabackup >/dev/null || return 0
  if [[ ! -d $folder ]]; then
    say 'fetching the scripts of Galera'
    mkdir -p "$folder.new"
    (cd "$folder.new" && apt-get -qq -o APT::Sandbox::User=root download mariadb-server &&
      dpkg -x ./*.deb .) 9>&- ||
      die 'apt-get does not download mariadb-server, run apt-get update'
    mv "$folder.new" "$folder"
  fi
  PATH=$(readlink -m "$folder/usr/bin"):$PATH
}

# A first start makes an account without the cluster, a second one a cluster of one node, whose
# files then say where the history begins.
create_first_node() {
  local first_account=$CLUSTER_HOME/secrets/first_account.sql data=$CLUSTER_HOME/node1/data
  mariadb-install-db --no-defaults --force --datadir="$data.new" --skip-test-db \
    --skip-name-resolve --auth-root-authentication-method=socket \
    >>"$CLUSTER_HOME/node1.log" 2>&1 9>&- ||
    die "could not create a database, see $CLUSTER_HOME/node1.log"
  mv "$data.new" "$data"
  write_first_account "$first_account"
  start_server 1 --wsrep-on=OFF --read-only=OFF --init-file="$first_account"
  wait_for_server 1
  stop_server 1
  start_server 1 --wsrep-new-cluster
  wait_for_server 1
  node_sql 1 "$(accounts)
    GRANT SELECT ON mysql.wsrep_cluster_members TO cluster_checker@localhost;
    GRANT READ_ONLY ADMIN ON *.* TO cluster_checker@localhost"
  stop_server 1
}

# The same history, but only one node may begin it.
become_another_node() {
  sed -i 's/^safe_to_bootstrap: 1/safe_to_bootstrap: 0/' "$1/grastate.dat"
  rm -f "$1"/{galera.cache,gvwstate.dat}
}

start_nodes() {
  local node first='' missing=()
  for node in 1 2 3; do
    if ! node_pid "$node" >/dev/null; then
      missing+=("$node")
    elif [[ $(node_state "$node") == Synced* ]]; then
      first=$node
    fi
  done
  if [[ -z $first && ${#missing[@]} == 3 ]]; then
    first=$(node_with_most_transactions)
    say "starting the cluster with node $first"
    sed -i 's/^safe_to_bootstrap: 0/safe_to_bootstrap: 1/' \
      "$CLUSTER_HOME/node$first/data/grastate.dat"
    start_server "$first" --wsrep-new-cluster --wsrep-start-position="$(position_of "$first")"
    wait_for_server "$first"
  fi
  for node in "${missing[@]}"; do [[ $node == "$first" ]] || join_cluster "$node"; done
}

# One after the other: two that need a whole copy would ask one donor.
join_cluster() {
  say "node $1 joins the cluster"
  start_server "$1" --wsrep-start-position="$(position_of "$1")"
  wait_for_server "$1"
  until_true "$NODE_START_S" node_is_synced "$1" ||
    die "node $1 does not catch up, see $CLUSTER_HOME/node$1.log"
}

node_is_synced() {
  [[ $(node_state "$1") == Synced* ]]
}

# UUID:NUMBER of the last transaction that the files of a node have. After a crash only the storage
# engine knows it.
position_of() {
  local state=$CLUSTER_HOME/node$1/data/grastate.dat log=$CLUSTER_HOME/node$1/recovery.log seqno
  seqno=$(sed -n 's/^seqno: *//p' "$state")
  if [[ $seqno != -1 ]]; then
    printf '%s:%s' "$(sed -n 's/^uuid: *//p' "$state")" "$seqno"
    return 0
  fi
  in_namespace_of "$1" "$SERVER" --defaults-file="$CLUSTER_HOME/node$1/node.cnf" --wsrep-recover \
    --log-error="$log"
  rm -f "$log"
  "${PREFIXED[@]}" >/dev/null 2>&1 9>&- || die "node $1 cannot be recovered, see $log"
  sed -n 's/.*Recovered position: *//p' "$log"
}

# A cluster that no node is left of begins with what was acknowledged, all of it.
node_with_most_transactions() {
  local node best=1 most=-2 seqno
  for node in 1 2 3; do
    seqno=$(position_of "$node")
    seqno=${seqno##*:}
    ((seqno <= most)) || { best=$node && most=$seqno; }
  done
  printf '%s' "$best"
}

# "STATE ROLE"
node_state() {
  node_answer "$1" "SELECT IF(status.is_primary, REPLACE(status.state, ' ', '_'), 'cut_off'),
    IF(@@read_only, 'reader', 'writer') FROM (
      SELECT MAX(IF(VARIABLE_NAME = 'WSREP_LOCAL_STATE_COMMENT', VARIABLE_VALUE, '')) AS state,
        MAX(VARIABLE_NAME = 'WSREP_CLUSTER_STATUS' AND VARIABLE_VALUE = 'Primary') AS is_primary
      FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME LIKE 'WSREP%') AS status"
}

# The new writer opens when its checker sees its name; until then no node takes writes.
switch_writer() {
  local node
  for node in 1 2 3; do
    if [[ $(node_state "$node" || true) == *writer ]]; then
      node_sql "$node" "UPDATE stagedoor_cluster.writer
        SET node = 'node$1'; SET GLOBAL read_only = ON"
      return 0
    fi
  done
  die 'there is no writer to switch from'
}
