#!/usr/bin/env bash
# in_namespaces.sh COMMAND...: runs it with a network, mounts and processes of its own, which end
# with it. On the bridge 10.77.0.1 are five hosts with a namespace each: db1 to db3, app1, app2.
set -euo pipefail

if [[ ${IN_NAMESPACES:-} != yes ]]; then
  ((EUID == 0)) || { echo 'cluster: only root may make network namespaces' >&2 && exit 1; }
  export IN_NAMESPACES=yes
  exec unshare --net --mount --pid --fork --mount-proc --kill-child "$0" "$@"
fi

add_host() {
  local name=$1 address=$2
  ip netns add "$name"
  ip link add "$name" type veth peer name eth0 netns "$name"
  ip link set "$name" master bridge up
  ip -n "$name" address add "$address/24" dev eth0
  ip -n "$name" link set eth0 up
  ip -n "$name" link set lo up
}

mkdir -p /run/netns
mount -t tmpfs tmpfs /run/netns
ip link set lo up
ip link add bridge type bridge
ip address add 10.77.0.1/24 dev bridge
ip link set bridge up
for number in 1 2 3; do add_host "db$number" "10.77.0.1$number"; done
for number in 1 2; do add_host "app$number" "10.77.0.2$number"; done
# This shell is the first process in here: it reaps what servers leave behind.
"$@"
