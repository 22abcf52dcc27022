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

declare -A DB_USER=() DB_PASSWORD=() DB_HOST=() DB_PORT=() DB_SCHEMA=()

parse_database_url() {
  local variable=$1 url host
  local address='([^]:/@[]+|\[[0-9a-fA-F:.]+\])(:([0-9]{1,5}))?'
  local pattern="^mysql://([^:@]+)(:(.*))?@$address/([A-Za-z0-9_\$-]+)\$"
  url=$(setting "$variable")
  # The text is not shown, it holds a password.
  [[ ! $url =~ %([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$) && $url =~ $pattern ]] ||
    die "$variable must be mysql://user:password@host:port/schema"
  host=${BASH_REMATCH[4]#[}
  DB_HOST[$variable]=${host%]}
  DB_PORT[$variable]=${BASH_REMATCH[6]:-3306}
  DB_SCHEMA[$variable]=${BASH_REMATCH[7]}
  DB_PASSWORD[$variable]=${BASH_REMATCH[3]}
  DB_USER[$variable]=$(percent_decoded "${BASH_REMATCH[1]}")
  DB_PASSWORD[$variable]=$(percent_decoded "${DB_PASSWORD[$variable]}")
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
    else
      printf 'socket=%s\nuser=stagedoor_admin\npassword=%s\n' \
        "$STAGEDOOR_HOME/run/mariadb.sock" "$(<"$STAGEDOOR_HOME/secrets/db_admin_password")"
    fi
  } | write_file "$STAGEDOOR_HOME/run/${variable,,}.cnf"
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
      continue
    if [[ $error == *'ERROR 1049 '* && $variable == "$(admin_variable)" ]]; then
      error=$(database_client "$variable" 2>&1 >/dev/null \
        <<<"CREATE DATABASE \`$(admin_schema)\` CHARACTER SET utf8mb4") && continue
    fi
    die "$(database_complaint "$variable" "$error")"
  done
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
