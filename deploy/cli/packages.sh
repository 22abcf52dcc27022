# shellcheck shell=bash
# The Debian packages that a command needs.

# need_packages PURPOSE...: installs what is missing of deploy/packages.txt for these purposes.
need_packages() {
  local wanted missing=()
  command -v dpkg-query >/dev/null || die "this system is not Debian: dpkg-query is missing"
  wanted=$(packages_for "$@")
  mapfile -t missing < <(packages_not_installed "$wanted")
  ((${#missing[@]} > 0)) || return 0

  local as_root=()
  if ((EUID != 0)); then
    { command -v sudo >/dev/null && { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; } ||
      die "packages are missing and only root can install them: ${missing[*]}"
    as_root=(sudo)
  fi
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  # Without the lock of the home: a program that a package starts would hold it.
  (umask "$ORIGINAL_UMASK" && "${as_root[@]}" bash "$SOURCE/deploy/install_packages.sh" \
    "${missing[@]}") 9>&- || die "could not install the packages: ${missing[*]}"
  hash -r
}

packages_for() {
  local purpose
  for purpose in "$@"; do
    awk -v purpose="$purpose" '$1 !~ /^#/ && $2 == purpose { print $1 }' \
      "$SOURCE/deploy/packages.txt"
  done
}

packages_not_installed() {
  local wanted=$1
  # shellcheck disable=SC2086,SC2016
  dpkg-query -W -f '${Package} ${db:Status-Status}\n' $wanted 2>/dev/null |
    awk -v wanted="$wanted" '
      $2 == "installed" { installed[$1] = 1 }
      END {
        count = split(wanted, names)
        for (i = 1; i <= count; i++) if (!installed[names[i]]) print names[i]
      }'
}
