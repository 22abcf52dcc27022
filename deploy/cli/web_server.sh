# shellcheck shell=bash
# nginx: rendered from nginx/nginx.conf.in, checked, started or reloaded.

web_server_pid() {
  local pid
  pid=$(recorded_pid "$STAGEDOOR_HOME/run/nginx.pid") &&
    process_matches "$pid" "nginx: master process*-c $STAGEDOOR_HOME/nginx/nginx.conf*" &&
    printf '%s' "$pid"
}

# The port may be in use by the nginx that `up` is about to find running.
check_port_is_free() {
  if web_server_pid >/dev/null &&
    [[ $(<"$STAGEDOOR_HOME/nginx/port") == "$PORT" ]] 2>/dev/null; then return 0; fi
  # Workers that outlived their master would hold it too.
  stop_orphaned_workers
  ! (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null ||
    die "port $PORT is already taken, set another STAGEDOOR_PORT"
}

# Connections of a worker: a client that waits takes two, its own and the one to a handler, so that
# two workers carry 20,000 of them with room for an uneven share.
readonly WORKER_CONNECTIONS=32768

# open_files_max: how many files a worker may open, as far as this user may say so.
open_files_max() {
  local wanted=$((2 * WORKER_CONNECTIONS)) limit
  limit=$(ulimit -Hn)
  if [[ $limit == unlimited ]] || ((limit >= wanted)) || (ulimit -Hn "$wanted") 2>/dev/null; then
    limit=$wanted
  fi
  printf '%s' "$limit"
}

render_web_server() {
  local folder=$STAGEDOOR_HOME/nginx template=$SOURCE/nginx/nginx.conf.in text part files
  [[ -r $template ]] || die "cannot read $template"
  text=$(<"$template")
  text=${text//@HOME@/"$STAGEDOOR_HOME"}
  text=${text//@PORT@/"$PORT"}
  text=${text//@WEB@/"$WEB"}
  files=$(open_files_max)
  text=${text//@FILES@/"$files"}
  text=${text//@CONNECTIONS@/"$((files < WORKER_CONNECTIONS ? files : WORKER_CONNECTIONS))"}
  # Only root may choose the user of the workers; others would read a warning about the line.
  if ((EUID == 0)); then
    text=${text//@USER@/"$(id -un)"}
  else
    text=$(sed '/@USER@/d' <<<"$text")
  fi
  write_file "$folder/nginx.conf" <<<"$text"
  render_limits "$folder"
  # nginx looks for included files beside its configuration.
  ln -sfn "$SOURCE/nginx" "$folder/stagedoor"
  for part in upstreams locations; do
    text=$(awk -v part="$part" -v sockets="$STAGEDOOR_HOME/run" \
      -v special="$SOURCE/nginx/endpoints" -f "$SOURCE/nginx/endpoints.awk" "$ENDPOINTS") ||
      die "cannot make $folder/$part.conf"
    write_file "$folder/$part.conf" <<<"$text"
  done
}

# The limits to clients, with the settings that are named in them.
render_limits() {
  local folder=$1 part name text
  for part in limits connections; do
    text=$(<"$SOURCE/nginx/$part.conf.in")
    for name in "${KNOWN_SETTINGS[@]}"; do
      [[ ${CHECK[$name]} == '' ]] || text=${text//@$name@/"$(setting "$name")"}
    done
    write_file "$folder/$part.conf" <<<"$text"
  done
}

# All that nginx reads, in one hash.
web_server_fingerprint() {
  {
    cat "$STAGEDOOR_HOME"/nginx/{nginx,limits,connections,upstreams,locations}.conf
    find "$SOURCE/nginx" -type f -print0 | sort -z | xargs -0 cat
  } | sha256sum | cut -c 1-64
}

ensure_web_server() {
  local loaded=$STAGEDOOR_HOME/nginx/loaded fingerprint
  render_web_server
  fingerprint=$(web_server_fingerprint)
  if ! web_server_pid >/dev/null; then
    check_port_is_free
    check_web_server_configuration
    say 'starting nginx'
    rm -f "$STAGEDOOR_HOME/run/nginx.pid"
    start_web_server
  elif [[ ! -f $loaded || $(<"$loaded") != "$fingerprint" ]]; then
    check_web_server_configuration
    say 'reloading nginx'
    rm -f "$loaded"
    reload_web_server
  fi
  printf '%s\n' "$PORT" | write_file "$STAGEDOOR_HOME/nginx/port"
  printf '%s\n' "$fingerprint" | write_file "$loaded"
}

run_nginx() {
  (cd "$STAGEDOOR_HOME" && exec nginx -p "$STAGEDOOR_HOME/nginx/" \
    -e "$STAGEDOOR_HOME/log/nginx.error.log" -c "$STAGEDOOR_HOME/nginx/nginx.conf" "$@") \
    </dev/null 9>&-
}

check_web_server_configuration() {
  local complaints
  complaints=$(run_nginx -q -t 2>&1) && return 0
  complaints=$(grep -m 1 emerg <<<"$complaints" || printf '%s' "$complaints")
  die "nginx refuses its configuration: ${complaints//$'\n'/ }"
}

start_web_server() {
  # Not in a substitution: nginx would hold the pipe open.
  run_nginx >>"$STAGEDOOR_HOME/log/nginx.error.log" 2>&1 && until_true 10 web_server_pid \
    >/dev/null && return 0
  if (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; then
    die "port $PORT is already taken, set another STAGEDOOR_PORT"
  fi
  die "nginx does not start, see $STAGEDOOR_HOME/log/nginx.error.log"
}

# Returns when the old workers have finished their requests and are gone.
reload_web_server() {
  local master old=()
  master=$(web_server_pid)
  mapfile -t old < <(process_table | awk -v master="$master" '$2 == master { print $1 }')
  kill -s HUP "$master"
  until_true 30 all_gone "${old[@]}" ||
    die "nginx does not finish its reload, see $STAGEDOOR_HOME/log/nginx.error.log"
}

stop_web_server() {
  local pid
  if pid=$(web_server_pid); then
    stop_processes QUIT 15 "$pid" || stop_processes TERM 5 "$pid" || stop_processes KILL 5 "$pid" ||
      die "nginx (pid $pid) does not stop"
  fi
  stop_orphaned_workers
  rm -f "$STAGEDOOR_HOME/run/nginx.pid" "$STAGEDOOR_HOME/nginx/loaded"
}

# Workers whose master was killed go on serving. Their command lines do not name the home, but they
# hold its error log open.
stop_orphaned_workers() {
  local pid orphans=()
  web_server_pid >/dev/null && return 0
  while read -r pid _; do
    process_matches "$pid" 'nginx: *' && worker_is_of_home "$pid" && orphans+=("$pid")
  done < <(process_table)
  stop_processes TERM 5 "${orphans[@]}" || stop_processes KILL 5 "${orphans[@]}" ||
    die "nginx workers do not stop: pids ${orphans[*]}"
}

worker_is_of_home() {
  local open
  for open in "/proc/$1/fd"/*; do
    [[ $(readlink "$open" 2>/dev/null) == "$STAGEDOOR_HOME/log/nginx.error.log" ]] && return 0
  done
  return 1
}
