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

# One home is run by `up` or by systemd, never by both.
refuse_home_of_units() {
  [[ ! -e $STAGEDOOR_HOME/run/units ]] ||
    die "systemd runs $STAGEDOOR_HOME, see systemctl list-units 'stagedoor*'"
}

# Prepares all that a handler needs at its start but the servers, which have units of their own.
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
  check_locked_rows_are_skipped
  check_handler_configuration
}

# After a change of settings or binaries. One handler after the other: connections wait in its
# socket for some tenths of a second. All at once would compete for the processors.
verb_renew() {
  local unit
  systemctl restart stagedoor-prepare.service ||
    die 'nothing was restarted, see journalctl -u stagedoor-prepare'
  while read -r unit _; do
    # The pool has read no settings, and a signal would cut off a handler that it runs.
    [[ $unit == "stagedoor-handler@$POOL.service" ]] || systemctl restart "$unit"
  done < <(systemctl list-units --plain --no-legend --state=running 'stagedoor-handler@*.service')
}
