#!/usr/bin/env bash
# mysql_from_sid.sh [FOLDER]: makes FOLDER/bin/mysqld and FOLDER/bin/mysql, the MySQL of Debian sid
# with the libraries of sid, beside this system and without touching it. The packages come from the
# mirror that apt uses already. Nothing to do where FOLDER (default: build/mysql_sid) is whole.
set -Eeuo pipefail
export LC_ALL=C.UTF-8

folder=$(readlink -m "${1:-$(dirname "${BASH_SOURCE[0]}")/../../build/mysql_sid}")
readonly folder
readonly keyring=/usr/share/keyrings/debian-archive-keyring.gpg
readonly packages=(mysql-server-core mysql-client-core)

die() {
  printf 'mysql_from_sid: %s\n' "$*" >&2
  exit 1
}

debian_mirror() {
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' |
    awk '$1 == "Debian" && $2 == "Debian" { print $3; exit }'
}

# An apt with lists, cache and status of its own. The status is empty, so that all dependencies come
# too, libc and its loader included.
write_apt_configuration() {
  local mirror
  mirror=$(debian_mirror)
  [[ -n $mirror ]] || die 'apt knows no mirror of Debian'
  mkdir -p "$1"/{lists/partial,archives/partial,parts}
  : >"$1/status"
  echo "deb [signed-by=$keyring] $mirror sid main" >"$1/sources.list"
  cat >"$1/apt.conf" <<CONF
Dir::State::lists "$1/lists";
Dir::State::status "$1/status";
Dir::Cache "$1";
Dir::Etc::sourcelist "$1/sources.list";
Dir::Etc::sourceparts "$1/parts";
Dir::Etc::preferencesparts "$1/parts";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
CONF
}

# write_start NAME BINARY OPTION...: FOLDER/bin/NAME runs the binary with the loader and the
# libraries of sid. The options may use $root.
write_start() {
  local name=$1 binary=$2
  shift 2
  cat >"$folder.new/bin/$name" <<START
#!/bin/sh
root=\$(dirname "\$(dirname "\$(readlink -f "\$0")")")/root
libraries=\$root/usr/lib/x86_64-linux-gnu
first=
# What names a file of options must stand first.
case \${1:-} in --defaults-file=* | --no-defaults) first=\$1 && shift ;; esac
exec "\$libraries/ld-linux-x86-64.so.2" --library-path "\$libraries:\$root/usr/lib/mysql/private" \\
  "\$root/usr/$binary" \${first:+"\$first"} $* "\$@"
START
  chmod 0755 "$folder.new/bin/$name"
}

# shellcheck disable=SC2016
write_starts() {
  local characters='--character-sets-dir="$root/usr/share/mysql/charsets"'
  write_start mysqld sbin/mysqld "$characters" '--basedir="$root/usr"' \
    '--lc-messages-dir="$root/usr/share/mysql"' '--plugin-dir="$root/usr/lib/mysql/plugin"'
  write_start mysql bin/mysql "$characters"
}

main() {
  local apt=$folder.apt package
  [[ ! -x $folder/bin/mysqld ]] || return 0
  [[ $(dpkg --print-architecture) == amd64 ]] || die 'only amd64 is known'
  rm -rf "$folder.new"
  mkdir -p "$folder.new"/{root,bin}
  write_apt_configuration "$apt"
  export APT_CONFIG=$apt/apt.conf
  apt-get -qq update
  apt-get -qq -y --download-only install "${packages[@]}"
  for package in "$apt"/archives/*.deb; do dpkg -x "$package" "$folder.new/root"; done
  write_starts
  "$folder.new/bin/mysqld" --no-defaults --version >/dev/null ||
    die 'the downloaded mysqld does not run'
  rm -rf "$apt" "$folder"
  mv "$folder.new" "$folder"
}

main
