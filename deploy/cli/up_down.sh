# shellcheck shell=bash
# up and down.

readonly READY_S=30
# Whether `up` begins with forgetting all state.
FRESH=

readonly OPEN_FILES_MAX=65536

# nginx and memcached hold a descriptor per client and inherit the limit of this shell.
raise_open_files() {
  local limit
  limit=$(ulimit -Hn)
  [[ $limit != unlimited ]] && ((limit < OPEN_FILES_MAX)) || limit=$OPEN_FILES_MAX
  ulimit -Sn "$limit"
}

verb_up() {
  local engine='' purposes=(run) option
  for option in "$@"; do
    case $option in
      --fresh) FRESH=yes ;;
      --cluster) engine=any ;;
      --cluster=galera | --cluster=group-replication) engine=${option#*=} ;;
      *) die "up takes --fresh and --cluster[=galera|group-replication], not '$option'" ;;
    esac
  done
  check_everything_that_is_cheap
  [[ -z $engine ]] || engine=$(wanted_engine "$engine")
  refuse_home_of_units
  lock_home
  check_disk ${engine:+"$CLUSTER_MB"}
  ! is_checkout || purposes+=(build)
  [[ -z $engine ]] || purposes+=(cluster)
  need_packages "${purposes[@]}"
  check_port_is_free
  has_setting STAGEDOOR_BIN || build_target handlers/all
  check_binaries
  stage_web
  if [[ -n $FRESH ]]; then
    stop_everything
    forget_state
  fi
  create_home
  load_generations
  start_everything "$engine"
  show_what_to_do_next
}

check_everything_that_is_cheap() {
  load_settings
  check_memcached_setting
  check_database_settings
  load_handlers
  check_home_is_free_to_use
  check_socket_paths
}

# start_everything [ENGINE OF A CLUSTER]
start_everything() {
  local with_processes
  raise_open_files
  create_secrets
  ensure_cluster "$@"
  ensure_mariadb
  ensure_database_answers
  ensure_memcached
  migrate
  check_locked_rows_are_skipped
  check_handler_configuration
  mapfile -t with_processes < <(handlers_with_processes)
  ensure_handlers "${with_processes[@]}"
  switch_to_pool "${HANDLERS[@]}"
  ensure_web_server
  retire_generations
  wait_until_ready
  load_demo_once
  stop_what_became_external
}

stop_everything() {
  stop_web_server
  stop_handlers
  stop_memcached
  stop_mariadb
  stop_cluster
}

stop_what_became_external() {
  ! has_setting STAGEDOOR_MEMCACHED || stop_memcached
  ! has_setting STAGEDOOR_DB || stop_mariadb
}

wait_until_ready() {
  local answer
  until_true "$READY_S" is_ready && return 0
  answer=$(curl -s --noproxy "*" -m 5 -w ' (%{http_code})' "http://127.0.0.1:$PORT/readyz" |
    tr '\n' ' ' || true)
  die "/readyz answers '${answer:0:200}' after $READY_S s, see the logs in $STAGEDOOR_HOME/log"
}

is_ready() {
  curl -sf --noproxy "*" -m 5 -o /dev/null "http://127.0.0.1:$PORT/readyz" 9>&-
}

load_demo_once() {
  local log=$STAGEDOOR_HOME/log/load_demo.log mark=$STAGEDOOR_HOME/demo_loaded database
  database="${DB_HOST[STAGEDOOR_DB]:-private}:${DB_PORT[STAGEDOOR_DB]:-}/$(admin_schema)"
  [[ ! -e $mark || $(<"$mark") != "$database" ]] || return 0
  say 'loading the demo concerts'
  "$BIN/load_demo" >>"$log" 2>&1 9>&- </dev/null || die "could not load the demo concerts, see $log"
  write_file "$mark" <<<"$database"
}

show_what_to_do_next() {
  cat <<END
Stagedoor runs: open http://127.0.0.1:$PORT in a browser
  from a shell:      curl http://127.0.0.1:$PORT/api/v1/concerts
  all of the API:    http://127.0.0.1:$PORT/docs
  for your crontab:  * * * * * STAGEDOOR_HOME=$STAGEDOOR_HOME $SOURCE/stagedoor sweep
END
}

verb_down() {
  load_home
  refuse_home_of_units
  if ! is_home; then
    say "nothing to stop, there is no installation under $STAGEDOOR_HOME"
    return 0
  fi
  lock_home
  stop_everything
}
