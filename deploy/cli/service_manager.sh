# shellcheck shell=bash
# For the units of systemd, which starts the parts instead of `up`: see deploy/package.

# handler NAME: becomes all processes of a handler. Descriptor 0 is its listening socket.
verb_handler() {
  local name=${1:-}
  (($# == 1)) || die 'handler takes one handler'
  load_settings
  load_handlers
  [[ -n ${PROCESS_COUNT[$name]:-} ]] || die "there is no handler $name"
  [[ -S /dev/stdin ]] || die 'handler needs a listening socket as its standard input'
  cd "$BIN" || die "cannot enter $BIN"
  # A socket of its own is there already, so that the pool is not needed.
  ! runs_on_demand "$name" || exec fcgiwrap
  exec multiwatch -r "$DEATHS_IN_A_ROW_MAX" -t "$DEATH_WITHIN_MS" -f "${PROCESS_COUNT[$name]}" \
    -- "$(program_of "$name")"
}

# What `up` started, and what systemd did, must not be mixed.
refuse_home_of_units() {
  [[ ! -e $STAGEDOOR_HOME/run/units ]] ||
    die "systemd runs $STAGEDOOR_HOME, see systemctl list-units 'stagedoor*'"
}

# All that must be there before a handler starts, but the servers: those are somebody else's.
verb_prepare() {
  local name
  check_everything_that_is_cheap
  for name in STAGEDOOR_DB STAGEDOOR_MEMCACHED; do
    has_setting "$name" || die "$name is not set in $STAGEDOOR_HOME/stagedoor.conf"
  done
  lock_home
  create_home
  create_secrets
  : >"$STAGEDOOR_HOME/run/units"
  ensure_database_answers
  migrate
  check_handler_configuration
}

# After a change of settings or binaries. One handler after the other: its connections wait in its
# socket for some tenths of a second, and all at once would take each other's time.
verb_renew() {
  local unit
  systemctl restart stagedoor-prepare.service ||
    die 'nothing was restarted, see journalctl -u stagedoor-prepare'
  while read -r unit _; do
    # It reads nothing when it starts, and a handler that it runs now would be cut off.
    [[ $unit == "stagedoor-handler@$POOL.service" ]] || systemctl restart "$unit"
  done < <(systemctl list-units --plain --no-legend --state=running 'stagedoor-handler@*.service')
}
