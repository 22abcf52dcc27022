#!/usr/bin/env bash
# Unpacks MySQL from Debian sid into FOLDER/root, beside the system and without changing it; does
# nothing where it is there. The packages come from the mirror that this machine's apt uses.
# usage: fetch.sh FOLDER
set -euo pipefail
readonly folder=$1
readonly packages=(mysql-server-core mysql-client-core)

[[ ! -d $folder/root ]] || exit 0
# shellcheck disable=SC2016
mirror=$(apt-get indextargets --format '$(REPO_URI)' \
  'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1)
if [[ -z $mirror ]]; then
  echo 'fetch.sh: apt knows no mirror of Debian here, run apt-get update' >&2
  exit 1
fi

mkdir -p "$folder"/apt/{state/lists/partial,cache/archives/partial}
: >"$folder/apt/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" \
  >"$folder/apt/sources.list"
cat >"$folder/apt/apt.conf" <<END
Dir::State "$folder/apt/state";
Dir::State::status "$folder/apt/status";
Dir::Cache "$folder/apt/cache";
Dir::Etc::sourcelist "$folder/apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
END
export APT_CONFIG=$folder/apt/apt.conf
apt-get -qq update
apt-get -qq -y --download-only install "${packages[@]}"
rm -rf "$folder/root.new"
for package in "$folder"/apt/cache/archives/*.deb; do
  dpkg -x "$package" "$folder/root.new"
done
# See server.sh.
ln -s mysqld "$folder/root.new/usr/sbin/mariadbd"
mv "$folder/root.new" "$folder/root"
rm -rf "$folder/apt"
