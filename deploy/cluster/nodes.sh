# shellcheck shell=bash
# What the nodes of both engines have in common: folders, ports, secrets, processes.
# CLUSTER_HOME has
#   ports, secrets/, engine           chosen once
#   nodeN/{data,node.cnf,admin.cnf}   a server's files, its settings, its client's settings
#   nodeN.{pid,sock,log}              its process; checkN.* of its checker, proxy.* of HAProxy

# Of forty ports the first is the proxy's; node N has ten from the first + 10 N on.
readonly CLUSTER_PORTS=40
readonly CLUSTER_PORTS_FROM=23000
readonly NODE_START_S=120

node_host() {
  local addresses
  read -r -a addresses <<<"${CLUSTER_NODE_ADDRESSES:-127.0.0.1 127.0.0.1 127.0.0.1}"
  printf '%s' "${addresses[$1 - 1]}"
}

# node_port N WHAT
node_port() {
  local -A offset=([sql]=0 [group]=1 [increment]=2 [transfer]=3 [check]=4)
  printf '%s' $((FIRST_PORT + 10 * $1 + offset[$2]))
}

node_address() {
  printf '%s:%s' "$(node_host "$1")" "$(node_port "$1" "${2:-sql}")"
}

# node_addresses WHAT: of all nodes, separated by commas.
node_addresses() {
  printf '%s,%s,%s' "$(node_address 1 "$1")" "$(node_address 2 "$1")" "$(node_address 3 "$1")"
}

choose_ports() {
  local file=$CLUSTER_HOME/ports
  if [[ ! -e $file ]]; then
    FIRST_PORT=$((CLUSTER_PORTS_FROM + EUID % 10 * CLUSTER_PORTS))
    until ports_are_free; do FIRST_PORT=$((FIRST_PORT + CLUSTER_PORTS)); done
    write_file "$file" <<<"$FIRST_PORT"
  fi
  FIRST_PORT=$(<"$file")
}

ports_are_free() {
  local port
  for ((port = FIRST_PORT; port < FIRST_PORT + CLUSTER_PORTS; port++)); do
    ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || return 1
  done
}

create_cluster_secrets() {
  local name folder=$CLUSTER_HOME/secrets url
  for name in db db_admin node checker; do
    [[ -s $folder/$name ]] ||
      od -An -vtx1 -N16 /dev/urandom | tr -d ' \n' | write_file "$folder/$name"
  done
  url=@$(proxy_address)/stagedoor
  write_file "$CLUSTER_HOME/db_url" <<<"mysql://stagedoor:$(secret db)$url"
  write_file "$CLUSTER_HOME/db_admin_url" <<<"mysql://stagedoor_admin:$(secret db_admin)$url"
}

secret() {
  printf '%s' "$(<"$CLUSTER_HOME/secrets/$1")"
}

# write_first_account FILE: what a new server runs at its first start, so that we can speak to it.
write_first_account() {
  write_file "$1" <<SQL
CREATE USER cluster_node@localhost IDENTIFIED BY '$(secret node)';
GRANT ALL PRIVILEGES ON *.* TO cluster_node@localhost WITH GRANT OPTION;
SQL
}

# All others, and the row of the writer.
accounts() {
  cat <<SQL
CREATE DATABASE stagedoor CHARACTER SET utf8mb4;
CREATE USER stagedoor@'%' IDENTIFIED BY '$(secret db)';
GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE ON stagedoor.* TO stagedoor@'%';
CREATE USER stagedoor_admin@'%' IDENTIFIED BY '$(secret db_admin)';
GRANT ALL PRIVILEGES ON stagedoor.* TO stagedoor_admin@'%';
CREATE USER cluster_checker@localhost IDENTIFIED BY '$(secret checker)';
SQL
  cat "$CLUSTER_SOURCE/writer.sql"
}

# The files of node 1 are made once; the others begin as copies.
create_nodes() {
  local node
  say "creating three nodes of $ENGINE"
  rm -rf "$CLUSTER_HOME"/node[123]
  for node in 1 2 3; do
    mkdir -p "$CLUSTER_HOME/node$node/tmp"
    write_node_settings "$node"
  done
  create_first_node
  for node in 2 3; do
    cp -a --sparse=always "$CLUSTER_HOME/node1/data" "$CLUSTER_HOME/node$node/data.new"
    become_another_node "$CLUSTER_HOME/node$node/data.new"
    mv "$CLUSTER_HOME/node$node/data.new" "$CLUSTER_HOME/node$node/data"
  done
}

# filled_in FILE NODE: a file of settings with the values of a node in place of its @NAMES@.
filled_in() {
  local node=$2
  sed -e "s|@NODE@|$node|g" -e "s|@HOST@|$(node_host "$node")|g" \
    -e "s|@HOSTS@|$(node_host 1),$(node_host 2),$(node_host 3)|g" \
    -e "s|@SQL_PORT@|$(node_port "$node" sql)|g" \
    -e "s|@GROUP_ADDRESS@|$(node_address "$node" group)|g" \
    -e "s|@GROUP_ADDRESSES@|$(node_addresses group)|g" \
    -e "s|@GROUP_PORT@|$(node_port "$node" group)|g" \
    -e "s|@INCREMENT_ADDRESS@|$(node_address "$node" increment)|g" \
    -e "s|@TRANSFER_ADDRESS@|$(node_address "$node" transfer)|g" \
    -e "s|@PASSWORD@|$(secret node)|g" -e "s|@HOME@|$CLUSTER_HOME|g" "$CLUSTER_SOURCE/$1"
}

write_node_settings() {
  local node=$1 folder=$CLUSTER_HOME/node$1
  {
    filled_in common.cnf "$node"
    filled_in "${ENGINE//-/_}.cnf" "$node"
    ((EUID != 0)) || echo user=root
  } | write_file "$folder/node.cnf"
  client_settings "$node" cluster_node "$(secret node)" | write_file "$folder/admin.cnf"
  client_settings "$node" cluster_checker "$(secret checker)" | write_file "$folder/check.cnf"
}

client_settings() {
  printf '[client]\nsocket=%s\nuser=%s\npassword=%s\n' "$CLUSTER_HOME/node$1.sock" "$2" "$3"
}

node_pid() {
  local pid
  pid=$(recorded_pid "$CLUSTER_HOME/node$1.pid") &&
    process_matches "$pid" "*--defaults-file=$CLUSTER_HOME/node$1/node.cnf*" && printf '%s' "$pid"
}

# in_namespace_of N COMMAND...: sets PREFIXED to the command as it runs on that node.
in_namespace_of() {
  local namespaces node=$1
  shift
  PREFIXED=("$@")
  read -r -a namespaces <<<"${CLUSTER_NODE_NAMESPACES:-}"
  [[ -z ${namespaces[node - 1]:-} ]] || PREFIXED=(ip netns exec "${namespaces[node - 1]}" "$@")
}

# start_server N OPTION...
start_server() {
  local node=$1
  shift
  # After a crash the lock may name a process that has the number by now.
  rm -f "$CLUSTER_HOME/node$node.sock" "$CLUSTER_HOME/node$node.sock.lock"
  in_namespace_of "$node" "$SERVER" --defaults-file="$CLUSTER_HOME/node$node/node.cnf" "$@"
  start_daemon "$CLUSTER_HOME/node$node.pid" "$CLUSTER_HOME/node$node.log" "${PREFIXED[@]}"
}

wait_for_server() {
  until_true "$NODE_START_S" server_answers_or_ended "$1"
  server_answers "$1" || die "node $1 does not start, see $CLUSTER_HOME/node$1.log"
}

server_answers_or_ended() {
  server_answers "$1" || is_gone "$(recorded_pid "$CLUSTER_HOME/node$1.pid")"
}

server_answers() {
  [[ -S $CLUSTER_HOME/node$1.sock ]] && node_sql "$1" 'SELECT 1' >/dev/null 2>&1
}

# node_sql N SQL: as the user of the nodes, rows to standard output.
node_sql() {
  timeout 60 mariadb --defaults-file="$CLUSTER_HOME/node$1/admin.cnf" --batch --skip-column-names \
    --execute="$2" 9>&-
}

# The same, of a node that may hang.
node_answer() {
  [[ -S $CLUSTER_HOME/node$1.sock ]] &&
    timeout 5 mariadb --defaults-file="$CLUSTER_HOME/node$1/admin.cnf" --batch \
      --skip-column-names --execute="$2" 2>/dev/null 9>&-
}

stop_server() {
  local pid
  pid=$(node_pid "$1") || return 0
  # One that was stopped by a signal does not hear the other.
  kill -s CONT "$pid"
  stop_processes TERM 60 "$pid" || stop_processes KILL 10 "$pid" ||
    die "node $1 (pid $pid) does not stop"
  rm -f "$CLUSTER_HOME/node$1.pid"
}

# The writer last, so that no other has to take over.
stop_nodes() {
  local node writer=''
  for node in 1 2 3; do
    if [[ $(proxy_opinion "$node") == UP* ]]; then writer=$node; fi
  done
  for node in 1 2 3; do [[ $node == "$writer" ]] || stop_server "$node"; done
  [[ -z $writer ]] || stop_server "$writer"
}
