# shellcheck shell=bash
# Speaking to the database as the administrator, private or not. Passwords reach the client in a
# file that only we can read.

# database_client VARIABLE: SQL from standard input, rows to standard output, separated by tabs.
database_client() {
  local variable=$1
  shift
  mariadb --defaults-file="$STAGEDOOR_HOME/run/${variable,,}.cnf" --batch --skip-column-names "$@" \
    9>&-
}

# The setting that the migrations use.
admin_variable() {
  if has_setting STAGEDOOR_DB_ADMIN; then echo STAGEDOOR_DB_ADMIN; else echo STAGEDOOR_DB; fi
}

check_database_settings() {
  if has_setting STAGEDOOR_DB; then parse_database_url STAGEDOOR_DB; fi
  if has_setting STAGEDOOR_DB_ADMIN; then
    has_setting STAGEDOOR_DB || die 'STAGEDOOR_DB_ADMIN needs STAGEDOOR_DB'
    parse_database_url STAGEDOOR_DB_ADMIN
  fi
}

declare -A DB_USER=() DB_PASSWORD=() DB_HOST=() DB_PORT=() DB_SCHEMA=() DB_TLS=() DB_CA=()

parse_database_url() {
  local variable=$1 url host
  local address='([^]:/@[]+|\[[0-9a-fA-F:.]+\])(:([0-9]{1,5}))?'
  local tls='(\?tls=(required|verify-ca|verify-identity)(&ca=(/[^@]+))?)?'
  local pattern="^mysql://([^:@]+)(:(.*))?@$address/([A-Za-z0-9_\$-]+)$tls\$"
  url=$(setting "$variable")
  # The text is not shown, it holds a password.
  [[ ! $url =~ %([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$) && $url =~ $pattern ]] ||
    die "$variable must be mysql://user:password@host:port/schema, and behind it" \
      'perhaps ?tls=required, verify-ca or verify-identity, and &ca=FILE'
  host=${BASH_REMATCH[4]#[}
  DB_HOST[$variable]=${host%]}
  DB_PORT[$variable]=${BASH_REMATCH[6]:-3306}
  DB_SCHEMA[$variable]=${BASH_REMATCH[7]}
  DB_TLS[$variable]=${BASH_REMATCH[9]}
  DB_CA[$variable]=${BASH_REMATCH[11]}
  DB_PASSWORD[$variable]=${BASH_REMATCH[3]}
  DB_USER[$variable]=$(percent_decoded "${BASH_REMATCH[1]}")
  DB_PASSWORD[$variable]=$(percent_decoded "${DB_PASSWORD[$variable]}")
  DB_CA[$variable]=$(percent_decoded "${DB_CA[$variable]}")
  [[ ${DB_TLS[$variable]} != verify-ca || -n ${DB_CA[$variable]} ]] ||
    die "$variable: tls=verify-ca verifies nothing without &ca=FILE"
}

percent_decoded() {
  local text=${1//\\/\\\\}
  # A backslash in the text is doubled first, so that only ours are read as escapes.
  while [[ $text =~ ^(.*)%([0-9A-Fa-f]{2})(.*)$ ]]; do
    text="${BASH_REMATCH[1]}\\x${BASH_REMATCH[2]}${BASH_REMATCH[3]}"
  done
  printf '%b' "$text"
}

quoted_option() {
  local text=${1//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}

write_client_options() {
  local variable=$1
  {
    # The first group is for the client alone: mariadb-dump reads the file as well.
    printf '[mysql]\nconnect-timeout=5\n[client]\ndefault-character-set=utf8mb4\n'
    if has_setting STAGEDOOR_DB; then
      printf 'protocol=tcp\nhost=%s\nport=%s\nuser=%s\npassword=%s\n' "${DB_HOST[$variable]}" \
        "${DB_PORT[$variable]}" "$(quoted_option "${DB_USER[$variable]}")" \
        "$(quoted_option "${DB_PASSWORD[$variable]}")"
      [[ -z ${DB_TLS[$variable]} ]] || echo ssl
      [[ -z ${DB_CA[$variable]} ]] || printf 'ssl-ca=%s\n' "$(quoted_option "${DB_CA[$variable]}")"
      [[ ${DB_TLS[$variable]} != verify-identity ]] || echo ssl-verify-server-cert
    else
      printf 'socket=%s\nuser=stagedoor_admin\npassword=%s\n' \
        "$STAGEDOOR_HOME/run/mariadb.sock" "$(<"$STAGEDOOR_HOME/secrets/db_admin_password")"
    fi
  } | write_file "$STAGEDOOR_HOME/run/${variable,,}.cnf"
}

# The client takes a server that offers no TLS, unless it shall verify its name.
check_encrypted() {
  local variable=$1 cipher
  [[ -n ${DB_TLS[$variable]:-} ]] || return 0
  cipher=$(database_client "$variable" <<<"SHOW STATUS LIKE 'Ssl_cipher'")
  [[ $cipher == Ssl_cipher$'\t'?* ]] ||
    die "the database at ${DB_HOST[$variable]}:${DB_PORT[$variable]} offers no TLS ($variable)"
}

admin_schema() {
  printf '%s' "${DB_SCHEMA[$(admin_variable)]:-stagedoor}"
}

# Fails with the reason if the database is out of reach; creates the schema where it is missing
# and that is allowed.
ensure_database_answers() {
  local variable error
  for variable in $(admin_variable) STAGEDOOR_DB; do
    write_client_options "$variable"
    error=$(database_client "$variable" 2>&1 >/dev/null \
      <<<"USE \`${DB_SCHEMA[$variable]:-stagedoor}\`") &&
      check_encrypted "$variable" && continue
    if [[ $error == *'ERROR 1049 '* && $variable == "$(admin_variable)" ]]; then
      error=$(database_client "$variable" 2>&1 >/dev/null \
        <<<"CREATE DATABASE \`$(admin_schema)\` CHARACTER SET utf8mb4") &&
        check_encrypted "$variable" && continue
    fi
    die "$(database_complaint "$variable" "$error")"
  done
}

# Databases that look like MySQL may take SKIP LOCKED and skip nothing: then two would get one seat.
# One connection locks the first row of the migrations, another one must pass it by.
check_locked_rows_are_skipped() {
  local version seen select='SELECT version FROM schema_migrations'
  has_setting STAGEDOOR_DB || return 0
  coproc HOLDER { database_client "$(admin_variable)" --unbuffered "$(admin_schema)" 2>&1; }
  printf 'START TRANSACTION; %s ORDER BY version LIMIT 1 FOR UPDATE;\n' "$select" >&"${HOLDER[1]}"
  read -r -t 10 version <&"${HOLDER[0]}" || version='no answer'
  seen=$(database_client "$(admin_variable)" "$(admin_schema)" 2>&1 <<END
SET SESSION innodb_lock_wait_timeout = 1;
$select WHERE version = '$version' FOR UPDATE SKIP LOCKED;
END
  ) || true
  # shellcheck disable=SC2153
  kill "$HOLDER_PID" && { wait "$HOLDER_PID" 2>/dev/null || true; }
  [[ $version =~ ^[0-9]+$ ]] || die "cannot lock a row with $(admin_variable): $version"
  [[ -z $seen ]] ||
    die "the database at ${DB_HOST[STAGEDOOR_DB]}:${DB_PORT[STAGEDOOR_DB]} cannot be used:" \
      'it does not skip locked rows as MySQL and MariaDB do'
}

# The line of the client's output that names the error.
database_error() {
  grep -m 1 '^ERROR ' <<<"$1" || printf '%s' "${1//$'\n'/ }"
}

database_complaint() {
  local variable=$1 error=$2 where
  where="the database at ${DB_HOST[$variable]:-}:${DB_PORT[$variable]:-}"
  error=$(database_error "$error")
  has_setting STAGEDOOR_DB || where='the private database'
  case $error in
    *'ERROR 1045 '* | *'ERROR 1698 '*) echo "wrong user or password in $variable for $where" ;;
    *'ERROR 1044 '*)
      echo "the user in $variable may not use the schema ${DB_SCHEMA[$variable]:-}"
      ;;
    *'ERROR 1049 '*) echo "the schema ${DB_SCHEMA[$variable]:-} in $variable does not exist" ;;
    *'ERROR 200'* | *'ERROR 201'*) echo "cannot reach $where ($variable): ${error#*: }" ;;
    *) echo "$where ($variable) refuses: $error" ;;
  esac
}
