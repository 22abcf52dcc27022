# shellcheck shell=bash
# scale: another number of processes for one handler, while it serves.

# The new processes start beside the old ones on a socket of their own, requests are switched to
# them, and the old ones answer what had reached them: no request is lost. With 0 processes the pool
# of fcgiwrap takes the requests. The count is kept in STAGEDOOR_HOME/processes.conf.
verb_scale() {
  local name=${1:-} count=${2:-} part
  (($# == 2)) || die 'scale takes a handler and a number of processes'
  load_settings
  refuse_home_of_units
  load_handlers
  [[ -n $name && -n ${PROCESS_COUNT[$name]:-} ]] ||
    die "there is no handler '$name', see ./stagedoor status"
  is_process_count "$name" "$count" ||
    die "a handler has 0 to $PROCESSES_MAX processes and $POOL 1 at least, not '$count'"
  is_home || die "there is no installation under $STAGEDOOR_HOME, run ./stagedoor up first"
  lock_home
  check_binaries
  load_generations
  for part in "$POOL" "$name"; do
    is_switched_to_pool "$part" || generation_pid "$part" "${GENERATION[$part]}" >/dev/null ||
      die "$part does not run, run ./stagedoor up first"
  done

  PROCESS_COUNT["$name"]=$count
  # Other handlers are left alone, even if their settings have changed since `up`.
  runs_on_demand "$name" || ensure_handlers "$name"
  switch_to_pool "$name"
  retire_generations
  keep_process_count "$name" "$count"
  say "$name runs with $count processes"
}

# keep_process_count NAME COUNT: instead of an earlier one.
keep_process_count() {
  local name=$1 count=$2 file=$STAGEDOOR_HOME/processes.conf others=
  [[ ! -e $file ]] || others=$(awk -v name="$name" '$1 != name' "$file")
  { [[ -z $others ]] || printf '%s\n' "$others"; printf '%s %s\n' "$name" "$count"; } |
    write_file "$file"
}
