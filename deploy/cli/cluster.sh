# shellcheck shell=bash
# A database cluster of three nodes under HOME/cluster, in place of the private MariaDB: `up
# --cluster` makes it, so that an operator sees a failover before trusting one.

# shellcheck disable=SC2034
readonly CLUSTER_MB=2500

cluster_tool() {
  CLUSTER_HOME=$STAGEDOOR_HOME/cluster "$SOURCE/deploy/cluster/cluster.sh" "$@"
}

has_cluster() {
  [[ -e $STAGEDOOR_HOME/cluster/engine ]]
}

# From here on the cluster is a database elsewhere, as any that STAGEDOOR_DB names.
use_cluster() {
  { has_cluster && [[ -z $FRESH ]]; } || return 0
  ! has_setting STAGEDOOR_DB || die "STAGEDOOR_DB is set, but $STAGEDOOR_HOME has a cluster"
  STAGEDOOR_DB=$(<"$STAGEDOOR_HOME/cluster/db_url")
  STAGEDOOR_DB_ADMIN=$(<"$STAGEDOOR_HOME/cluster/db_admin_url")
  export STAGEDOOR_DB STAGEDOOR_DB_ADMIN
}

# wanted_engine WISH: the engine that `up` shall run. What cannot be is refused here.
wanted_engine() {
  local wish=$1 there=''
  need_checkout 'up --cluster'
  if [[ -z $FRESH ]] && has_cluster; then
    there=$(<"$STAGEDOOR_HOME/cluster/engine")
  else
    ! has_setting STAGEDOOR_DB || die 'up --cluster makes a database, but STAGEDOOR_DB names one'
    [[ -n $FRESH || ! -d $STAGEDOOR_HOME/db ]] ||
      die "$STAGEDOOR_HOME has a database: up --fresh --cluster forgets it"
  fi
  [[ $wish != any ]] || wish=${there:-galera}
  [[ $wish == "${there:-$wish}" ]] ||
    die "$STAGEDOOR_HOME has a cluster of $there: up --fresh --cluster=$wish forgets it"
  printf '%s' "$wish"
}

# ensure_cluster [ENGINE]: makes it if an engine is given, and starts what does not run.
ensure_cluster() {
  [[ -n ${1:-} ]] || has_cluster || return 0
  cluster_tool up ${1:+"$1"} || die "the cluster does not run"
  FRESH=
  [[ -n ${STAGEDOOR_DB:-} ]] || use_cluster
  check_database_settings
}

stop_cluster() {
  [[ ! -d $STAGEDOOR_HOME/cluster ]] || cluster_tool down
}

verb_cluster() {
  load_home
  has_cluster || die "there is no cluster under $STAGEDOOR_HOME, see up --cluster"
  case ${1:-} in
    status) ;;
    kill | switch) lock_home ;;
    *) die 'cluster takes status, kill N or switch N' ;;
  esac
  cluster_tool "$@"
}
