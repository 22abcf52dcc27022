#!/usr/bin/env bash
# install_packages.sh PACKAGE...: run as root. Installs packages without starting the system
# services that come with some of them.
set -Eeuo pipefail

readonly policy=/usr/sbin/policy-rc.d
readonly services=(nginx memcached fcgiwrap haproxy)

to_disable=()
if command -v systemctl >/dev/null; then
  for service in "${services[@]}"; do
    [[ " $* " == *" $service "* ]] && to_disable+=("$service")
  done
fi

# 101 tells the maintainer scripts that they may not start a service.
if [[ ! -e $policy ]]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 1' INT TERM HUP
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 0755 "$policy"
fi

export DEBIAN_FRONTEND=noninteractive
apt-get -q update || echo 'apt-get update failed, trying with what is known' >&2
apt-get -q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"

for service in "${to_disable[@]}"; do
  # Of fcgiwrap this disables the socket too.
  systemctl disable "$service" >/dev/null 2>&1 || true
done
