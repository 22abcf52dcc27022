#!/bin/sh
# nginx does not start with a site whose included files are gone.
set -e

if [ "$1" = remove ]; then
  rm -f /etc/nginx/sites-enabled/stagedoor
  if [ -d /run/systemd/system ]; then
    systemctl disable --quiet --now stagedoor.target || true
    systemctl try-reload-or-restart nginx.service || true
  fi
fi
