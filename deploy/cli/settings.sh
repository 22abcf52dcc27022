# shellcheck shell=bash
# Settings: the environment over HOME/stagedoor.conf over defaults. The file is parsed, never
# evaluated. The handlers read the same file with the same rules.

# The name, default, check, reader and meaning of each setting: see lib/base/settings.def.
KNOWN_SETTINGS=()
declare -A DEFAULT=() CHECK=() READER=() MEANING=() CONFIGURED=()

describe_settings() {
  local file=$SOURCE/lib/base/settings.def name default check reader meaning
  while IFS='"' read -r _ name _ default _ check _ reader _ meaning _; do
    KNOWN_SETTINGS+=("$name")
    DEFAULT[$name]=$default
    CHECK[$name]=$check
    READER[$name]=$reader
    MEANING[$name]=$meaning
  done < <(grep '^{' "$file")
  ((${#KNOWN_SETTINGS[@]} > 0)) || die "cannot read $file"
}
describe_settings

setting() {
  if [[ -n ${!1:-} ]]; then
    printf '%s' "${!1}"
  else
    printf '%s' "${CONFIGURED[$1]:-${DEFAULT[$1]}}"
  fi
}

has_setting() {
  [[ -n ${!1:-} || -n ${CONFIGURED[$1]:-} ]]
}

# For `help`.
print_settings() {
  local name line
  for name in "${KNOWN_SETTINGS[@]}"; do
    printf '  %s%s\n' "$name" "${DEFAULT[$name]:+ (${DEFAULT[$name]})}"
    fold -s -w 72 <<<"${MEANING[$name]}" | while IFS= read -r line; do
      printf '      %s\n' "${line% }"
    done
  done
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
    [[ -n ${READER[$name]:-} ]] || die "$file line $number: unknown setting $name"
    [[ ${READER[$name]} != environment ]] ||
      die "$file line $number: $name can only be set in the environment"
    CONFIGURED[$name]=$(trim "${line#*=}")
  done <"$file"
}

warn_of_unknown_variables() {
  local name
  for name in $(compgen -e STAGEDOOR_); do
    [[ -n ${READER[$name]:-} ]] || say "stagedoor: there is no setting $name, it is ignored" >&2
  done
}

# check_setting NAME: as its description says.
check_setting() {
  local name=$1 check=${CHECK[$1]} value number='^[1-9][0-9]{0,9}$'
  value=$(setting "$name")
  case $check in
    *..*)
      { [[ $value =~ $number ]] && ((value >= ${check%..*} && value <= ${check#*..})); } ||
        die "$name must be a number from ${check%..*} to ${check#*..}, not '$value'"
      ;;
    *,*)
      [[ ",$check," == *",$value,"* ]] || die "$name must be ${check/,/ or }, not '$value'"
      ;;
  esac
}

# The path goes into the configuration of nginx and MariaDB and into unix socket addresses.
check_path() {
  local what=$1 path=$2
  local forbidden='[][:space:]"\;{}$:#*?[]'
  [[ ! $path =~ $forbidden && ! $path =~ [[:cntrl:]\'] ]] ||
    die "$what must not contain spaces, quotes or any of \\ ; { } \$ : # * ? [ ]: $path"
}

# `down` needs the home alone: wrong settings must not keep it from stopping everything.
load_home() {
  local home=/var/lib/stagedoor
  ! is_checkout || home=${DEFAULT[STAGEDOOR_HOME]}
  home=${STAGEDOOR_HOME:-$home}
  [[ $home == /* ]] || home=$PWD/$home
  home=$(readlink -m "$home")
  check_path STAGEDOOR_HOME "$home"
  export STAGEDOOR_HOME=$home
}

load_settings() {
  local name
  load_home
  check_path 'the path of the source' "$SOURCE"
  read_configuration_file "$STAGEDOOR_HOME/stagedoor.conf"
  use_cluster

  warn_of_unknown_variables
  for name in "${KNOWN_SETTINGS[@]}"; do check_setting "$name"; done
  PORT=$(setting STAGEDOOR_PORT)
  WEB=$SOURCE/web
  BIN=$SOURCE/bin
  if is_checkout; then
    WEB=$SOURCE/build/web
    BIN=$SOURCE/build/release/bin
  fi
  ! has_setting STAGEDOOR_BIN || BIN=$(setting STAGEDOOR_BIN)
  [[ $BIN == /* ]] || BIN=$PWD/$BIN
  check_path STAGEDOOR_BIN "$BIN"
  # shellcheck disable=SC2034
  readonly PORT BIN WEB
}

# The settings of the handlers as text to compare. It contains secrets.
handler_settings() {
  local name
  for name in "${KNOWN_SETTINGS[@]}"; do
    [[ ${READER[$name]} != handlers ]] || printf '%s=%s\n' "$name" "$(setting "$name")"
  done
}
