# shellcheck shell=bash
# Settings: the environment over HOME/stagedoor.conf over defaults. The file is parsed, never
# evaluated. The handlers read the same file with the same rules.

readonly KNOWN_SETTINGS=(
  STAGEDOOR_DB
  STAGEDOOR_DB_ADMIN
  STAGEDOOR_MEMCACHED
  STAGEDOOR_MEMCACHED_TIMEOUT
  STAGEDOOR_PORT
  STAGEDOOR_RATE_LIMITS
  STAGEDOOR_CURRENCY
  STAGEDOOR_ACCESS_TOKEN_TTL
  STAGEDOOR_IDENTITY_KEYS
  STAGEDOOR_ALERT_WEBHOOK
  STAGEDOOR_BIN
)

# Those that no handler looks at: a change of them replaces no handler.
SETTINGS_OF_THE_TOOL=' STAGEDOOR_DB_ADMIN STAGEDOOR_PORT STAGEDOOR_RATE_LIMITS'
readonly SETTINGS_OF_THE_TOOL+=' STAGEDOOR_ALERT_WEBHOOK STAGEDOOR_BIN '

declare -A CONFIGURED=()

setting() {
  local name=$1 default=${2:-}
  if [[ -n ${!name:-} ]]; then
    printf '%s' "${!name}"
  else
    printf '%s' "${CONFIGURED[$name]:-$default}"
  fi
}

has_setting() {
  [[ -n ${!1:-} || -n ${CONFIGURED[$1]:-} ]]
}

trim() {
  local text=$1
  text=${text#"${text%%[![:space:]]*}"}
  printf '%s' "${text%"${text##*[![:space:]]}"}"
}

read_configuration_file() {
  local file=$1 line name number=0
  [[ -e $file ]] || return 0
  [[ -r $file ]] || die "cannot read $file"
  while IFS= read -r line || [[ -n $line ]]; do
    number=$((number + 1))
    line=$(trim "$line")
    [[ -z $line || $line == '#'* ]] && continue
    [[ $line == *=* ]] || die "$file line $number: expected NAME=VALUE"
    name=$(trim "${line%%=*}")
    [[ $name =~ ^[A-Z][A-Z0-9_]*$ ]] || die "$file line $number: expected NAME=VALUE"
    [[ " ${KNOWN_SETTINGS[*]} " == *" $name "* ]] || die "$file line $number: unknown setting $name"
    CONFIGURED[$name]=$(trim "${line#*=}")
  done <"$file"
}

# The path goes into the configuration of nginx and MariaDB and into unix socket addresses.
check_path() {
  local what=$1 path=$2
  local forbidden='[][:space:]"\;{}$:#*?[]'
  [[ ! $path =~ $forbidden && ! $path =~ [[:cntrl:]\'] ]] ||
    die "$what must not contain spaces, quotes or any of \\ ; { } \$ : # * ? [ ]: $path"
}

# The home alone is what stopping needs: wrong settings must not keep anything running.
load_home() {
  local home=/var/lib/stagedoor
  ! is_checkout || home=.stagedoor
  home=${STAGEDOOR_HOME:-$home}
  [[ $home == /* ]] || home=$PWD/$home
  home=$(readlink -m "$home")
  check_path STAGEDOOR_HOME "$home"
  export STAGEDOOR_HOME=$home
}

load_settings() {
  load_home
  check_path 'the path of the source' "$SOURCE"
  read_configuration_file "$STAGEDOOR_HOME/stagedoor.conf"

  PORT=$(setting STAGEDOOR_PORT 8080)
  { [[ $PORT =~ ^[1-9][0-9]{0,4}$ ]] && ((PORT <= 65535)); } ||
    die "STAGEDOOR_PORT must be a number from 1 to 65535, not '$PORT'"
  RATE_LIMITS=$(setting STAGEDOOR_RATE_LIMITS on)
  [[ $RATE_LIMITS == on || $RATE_LIMITS == off ]] ||
    die "STAGEDOOR_RATE_LIMITS must be on or off, not '$RATE_LIMITS'"
  WEB=$SOURCE/web
  BIN=$SOURCE/bin
  if is_checkout; then
    WEB=$SOURCE/build/web
    BIN=$SOURCE/build/release/bin
  fi
  BIN=$(setting STAGEDOOR_BIN "$BIN")
  [[ $BIN == /* ]] || BIN=$PWD/$BIN
  check_path STAGEDOOR_BIN "$BIN"
  # shellcheck disable=SC2034
  readonly PORT RATE_LIMITS BIN WEB
}

# What the handlers were started with, as text to compare; contains secrets, so never show it.
handler_settings() {
  local name
  for name in "${KNOWN_SETTINGS[@]}"; do
    [[ $SETTINGS_OF_THE_TOOL == *" $name "* ]] || printf '%s=%s\n' "$name" "$(setting "$name")"
  done
}
