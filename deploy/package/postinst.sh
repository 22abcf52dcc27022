#!/bin/sh
# After unpacking: makes the user and the links from its home to /etc/stagedoor, and on an upgrade
# restarts the handlers under their open sockets. May run any number of times.
set -e

home=/var/lib/stagedoor

if [ "$1" = configure ]; then
  if ! getent passwd stagedoor >/dev/null; then
    adduser --system --group --quiet --home "$home" --no-create-home stagedoor
  fi
  install -d -o stagedoor -g stagedoor -m 0700 "$home"
  # The handlers write listings, the group of nginx reads them.
  install -d -o stagedoor -g www-data -m 2750 /var/cache/stagedoor/listings
  install -d -o stagedoor -g stagedoor -m 0700 "$home/run"
  ln -sfn /var/cache/stagedoor/listings "$home/run/listings"
  for name in stagedoor.conf processes.conf; do
    [ -e "$home/$name" ] || ln -sf "/etc/stagedoor/$name" "$home/$name"
  done
  # It holds the password of the database.
  chown root:stagedoor /etc/stagedoor/stagedoor.conf
  chmod 0640 /etc/stagedoor/stagedoor.conf
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    if systemctl --quiet is-active stagedoor.target; then
      systemctl start stagedoor.target
      stagedoor renew
      # A reload of nginx closes idle connections of clients: only where its files have changed.
      loaded=$(find /usr/lib/stagedoor/nginx /usr/lib/stagedoor/*.conf -type f |
        sort | xargs cat | sha256sum)
      if [ "$loaded" != "$(cat "$home/nginx_loaded" 2>/dev/null)" ]; then
        systemctl try-reload-or-restart nginx.service
        echo "$loaded" >"$home/nginx_loaded"
      fi
    fi
  fi
fi
