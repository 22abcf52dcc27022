# shellcheck shell=bash
# The private MariaDB under HOME/db, unless STAGEDOOR_DB names another database.

mariadb_pid() {
  local pid
  pid=$(recorded_pid "$STAGEDOOR_HOME/run/mariadb.pid") &&
    process_matches "$pid" "*mariadbd --defaults-file=$STAGEDOOR_HOME/run/mariadb.cnf*" &&
    printf '%s' "$pid"
}

ensure_mariadb() {
  local accounts_changed=
  has_setting STAGEDOOR_DB && return 0
  write_mariadb_configuration
  write_mariadb_accounts || accounts_changed=yes
  if mariadb_pid >/dev/null; then
    [[ -n $accounts_changed ]] || return 0
    say 'restarting the database, its passwords are new'
    stop_mariadb
  fi
  create_database_files
  say 'starting the database'
  rm -f "$STAGEDOOR_HOME/run/mariadb.sock"
  start_daemon "$STAGEDOOR_HOME/run/mariadb.pid" "$STAGEDOOR_HOME/log/mariadb.log" \
    mariadbd --defaults-file="$STAGEDOOR_HOME/run/mariadb.cnf"
  wait_for_mariadb
}

# A recovery after a crash may take minutes; a server that ended is not waited for.
wait_for_mariadb() {
  local waited_s
  for ((waited_s = 0; waited_s < 120; waited_s += 5)); do
    until_true 5 mariadb_answers_or_ended && break
    say 'waiting for the database'
  done
  { mariadb_pid >/dev/null && [[ -S $STAGEDOOR_HOME/run/mariadb.sock ]]; } ||
    die "the database does not start, see $STAGEDOOR_HOME/log/mariadb.log"
}

mariadb_answers_or_ended() {
  [[ -S $STAGEDOOR_HOME/run/mariadb.sock ]] && return 0
  is_gone "$(recorded_pid "$STAGEDOOR_HOME/run/mariadb.pid")"
}

create_database_files() {
  local log=$STAGEDOOR_HOME/log/mariadb.log
  [[ ! -d $STAGEDOOR_HOME/db ]] || return 0
  say 'creating the database'
  # In another folder first, so that an interrupted creation does not pass for a database.
  rm -rf "$STAGEDOOR_HOME/db.new"
  mkdir "$STAGEDOOR_HOME/db.new"
  # With --force also where the name of this host cannot be looked up, in a container say.
  mariadb-install-db --force --defaults-file="$STAGEDOOR_HOME/run/mariadb.cnf" \
    --datadir="$STAGEDOOR_HOME/db.new" --skip-test-db --skip-name-resolve \
    --auth-root-authentication-method=socket >>"$log" 2>&1 9>&- ||
    die "could not create the database, see $log"
  mv "$STAGEDOOR_HOME/db.new" "$STAGEDOOR_HOME/db"
}

write_mariadb_configuration() {
  write_file "$STAGEDOOR_HOME/run/mariadb.cnf" <<END
[mysqld]
$( ((EUID != 0)) || echo user=root)
datadir=$STAGEDOOR_HOME/db
tmpdir=$STAGEDOOR_HOME/tmp
socket=$STAGEDOOR_HOME/run/mariadb.sock
init_file=$STAGEDOOR_HOME/secrets/db_accounts.sql
skip_networking
skip_name_resolve
skip_log_bin
performance_schema=off
character_set_server=utf8mb4
collation_server=utf8mb4_general_ci
default_time_zone=+00:00
transaction_isolation=READ-COMMITTED
max_connections=500
innodb_flush_log_at_trx_commit=1
innodb_doublewrite=1
innodb_buffer_pool_size=512M
loose_innodb_log_file_size=${REDO_LOG_MB}M
innodb_lock_wait_timeout=3
END
}

# The server runs this at each start, before it takes connections: there is no moment without
# passwords, and accounts that were damaged are whole again. False if it was not the same before.
write_mariadb_accounts() {
  local file=$STAGEDOOR_HOME/secrets/db_accounts.sql text admin_password
  admin_password=$(<"$STAGEDOOR_HOME/secrets/db_admin_password")
  text="CREATE DATABASE IF NOT EXISTS stagedoor CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS stagedoor_admin@localhost;
ALTER USER stagedoor_admin@localhost IDENTIFIED BY '$admin_password';
GRANT ALL PRIVILEGES ON stagedoor.* TO stagedoor_admin@localhost;
CREATE USER IF NOT EXISTS stagedoor@localhost;
ALTER USER stagedoor@localhost IDENTIFIED BY '$(<"$STAGEDOOR_HOME/secrets/db_password")';
GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE ON stagedoor.* TO stagedoor@localhost;"
  [[ -f $file && $(<"$file") == "$text" ]] && return 0
  write_file "$file" <<<"$text"
  return 1
}

stop_mariadb() {
  local pid
  if pid=$(mariadb_pid); then
    stop_processes TERM 120 "$pid" ||
      die "the database (pid $pid) does not stop, see $STAGEDOOR_HOME/log/mariadb.log"
  fi
  rm -f "$STAGEDOOR_HOME"/run/mariadb.{pid,sock}
}
