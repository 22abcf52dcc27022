#!/bin/sh
# A purge removes the secrets. The database stays: the package did not make it.
set -e

if [ "$1" = purge ]; then
  rm -rf /var/lib/stagedoor /var/cache/stagedoor
fi
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload || true
fi
