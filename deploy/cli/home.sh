# shellcheck shell=bash
# STAGEDOOR_HOME: its creation, its marker, its lock, its secrets.

readonly HOME_MARKER=.stagedoor_home
# Everything but the operator's own files: stagedoor.conf and processes.conf.
readonly HOME_STATE=(secrets run log db db.new cluster nginx tmp demo_loaded)
readonly DISK_SPARE_MB=300
readonly REDO_LOG_MB=512
readonly LOCK_WAIT_S=900

is_home() {
  [[ -f $STAGEDOOR_HOME/$HOME_MARKER ]]
}

# A folder with other files in it never becomes a home, as --fresh deletes in it.
check_home_is_free_to_use() {
  local entry name
  is_home && return 0
  [[ -e $STAGEDOOR_HOME ]] || return 0
  [[ -d $STAGEDOOR_HOME ]] || die "STAGEDOOR_HOME is not a folder: $STAGEDOOR_HOME"
  for entry in "$STAGEDOOR_HOME"/* "$STAGEDOOR_HOME"/.[!.]*; do
    name=${entry##*/}
    [[ -e $entry ]] || continue
    [[ $name == stagedoor.conf || $name == processes.conf || $name == .lock ]] ||
      die "STAGEDOOR_HOME is neither empty nor a home of stagedoor: $STAGEDOOR_HOME"
  done
}

check_socket_paths() {
  local longest=mariadb name path
  for name in "${HANDLERS[@]}"; do
    ((${#name} <= ${#longest})) || longest=$name
  done
  path=$STAGEDOOR_HOME/run/$longest.$GENERATION_MAX.sock
  # An address of a unix socket has 107 bytes.
  local LC_ALL=C
  ((${#path} <= 107)) ||
    die "STAGEDOOR_HOME is $((${#path} - 107)) bytes too long for unix sockets, set a shorter one"
}

# check_disk [MB]: what a database that is not there yet needs.
check_disk() {
  local need_mb=$DISK_SPARE_MB free_mb folder=$STAGEDOOR_HOME
  has_setting STAGEDOOR_DB || [[ -d $STAGEDOOR_HOME/db ]] ||
    need_mb=$((need_mb + ${1:-$REDO_LOG_MB}))
  until [[ -d $folder ]]; do folder=$(dirname "$folder"); done
  free_mb=$(megabytes_free "$folder")
  ((free_mb >= need_mb)) ||
    die "only $free_mb MB of disk are free at $STAGEDOOR_HOME, $need_mb MB are needed"
}

lock_home() {
  if [[ ! -d $STAGEDOOR_HOME ]]; then
    { mkdir -p "$(dirname "$STAGEDOOR_HOME")" && mkdir -m 0700 "$STAGEDOOR_HOME"; } 2>/dev/null ||
      [[ -d $STAGEDOOR_HOME ]] || die "cannot create STAGEDOOR_HOME: $STAGEDOOR_HOME"
  fi
  { exec 9>>"$STAGEDOOR_HOME/.lock"; } 2>/dev/null ||
    die "cannot write to STAGEDOOR_HOME: $STAGEDOOR_HOME"
  flock -n 9 && return 0
  say "another stagedoor works on $STAGEDOOR_HOME, waiting for it" >&2
  flock -w "$LOCK_WAIT_S" 9 || die "another stagedoor still works on $STAGEDOOR_HOME, gave up"
}

create_home() {
  umask 077
  { chmod 0700 "$STAGEDOOR_HOME" && : >>"$STAGEDOOR_HOME/$HOME_MARKER" &&
    mkdir -p "$STAGEDOOR_HOME"/{secrets,run,log,nginx,tmp}; } 2>/dev/null ||
    die "cannot write to STAGEDOOR_HOME: $STAGEDOOR_HOME"
}

forget_state() {
  local name
  is_home || return 0
  for name in "${HOME_STATE[@]}"; do
    rm -rf "${STAGEDOOR_HOME:?}/$name" || die "cannot delete $STAGEDOOR_HOME/$name"
  done
}

random_hex() {
  od -An -vtx1 -N32 /dev/urandom | tr -d ' \n'
}

# Passwords and the access token key are the bare text of their file; the other keys are lines. All
# are made once: a new key would end every session, or begin every log anew.
create_secrets() {
  local folder=$STAGEDOOR_HOME/secrets name
  for name in access_token_key db_password db_admin_password; do
    [[ -s $folder/$name ]] || random_hex | write_file "$folder/$name"
  done
  for name in queue_token_keys log_keys; do
    [[ -s $folder/$name ]] || { random_hex && echo; } | write_file "$folder/$name"
  done
}
