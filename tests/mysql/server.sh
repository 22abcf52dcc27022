# shellcheck shell=bash
# The MySQL of deploy/cluster/mysql_from_sid.sh: `run_mysqld OPTION...` becomes the server.
root=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/../../build/mysql_sid/root")
readonly root

# Under the name that ./stagedoor knows its private server by. The options that name files come
# first, as the server wants it. Without certificates of its own making: proxies of the tests read
# what is said.
run_mysqld() {
  local libraries=("$root"/usr/lib/*-linux-gnu) loader
  loader=$(find "${libraries[0]}" -name 'ld-linux*.so.*' | head -n 1)
  exec "$loader" --library-path "${libraries[0]}:$root/usr/lib/mysql/private" \
    "$root/usr/sbin/mariadbd" "$@" --basedir="$root/usr" --mysqlx=0 --secure-file-priv=NULL \
    --lc-messages-dir="$root/usr/share/mysql" --plugin-dir="$root/usr/lib/mysql/plugin" \
    --character-sets-dir="$root/usr/share/mysql/charsets" --innodb-redo-log-capacity=512M \
    --auto-generate-certs=OFF
}
