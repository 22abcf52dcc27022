#!/usr/bin/env bash
# Makes FOLDER: the part of a home that takes `up` seconds, for installations of the tests to copy:
# the migrated database with the demo, and its passwords. Keys of tokens are each home's own.
# usage: make_template.sh STAGEDOOR BINARIES FOLDER
set -euo pipefail

readonly stagedoor=$1 template=$3
export STAGEDOOR_BIN=$2 STAGEDOOR_PORT STAGEDOOR_HOME
# Above the thousand ports that installations take.
STAGEDOOR_PORT=$((${TEST_PORTS_FROM:-21000} + 1000))
STAGEDOOR_HOME=$(mktemp -d /tmp/stagedoor-template.XXXXXX)
trap '"$stagedoor" down >/dev/null; rm -rf "${STAGEDOOR_HOME:?}"' EXIT

while (exec 3<>"/dev/tcp/127.0.0.1/$STAGEDOOR_PORT") 2>/dev/null; do
  STAGEDOOR_PORT=$((STAGEDOOR_PORT + 1))
done
"$stagedoor" up
"$stagedoor" down
rm -rf "${template:?}"
umask 077
mkdir -p "$template/secrets"
# The redo log is mostly zeros.
cp -a --sparse=always "$STAGEDOOR_HOME"/{.stagedoor_home,demo_loaded,db} "$template"
cp -a "$STAGEDOOR_HOME"/secrets/db_* "$template/secrets"
