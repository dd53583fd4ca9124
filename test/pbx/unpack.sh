#!/bin/bash
# unpack.sh NAME SUITE PROGRAM FLAG PACKAGE...
# Unpacks Debian packages with everything that they depend on, the C library included, into test/.cache/NAME. Nothing is
# installed on the machine, no maintainer script runs, the machine's own package lists stay as they are. Does nothing
# when it is there already. PROGRAM FLAG is run at the end to see whether the result works, e.g. usr/sbin/asterisk -V.
#
# The mirror is the one that this machine uses itself, asked for the suite SUITE. The last line that a failure prints
# is its reason.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
name=$1 suite=$2 program=$3 flag=$4
shift 4
cache=$(cd "$here/.." && pwd)/.cache
root=$cache/$name

say() { echo "$name: $*"; }
fail() { echo "$*" >&2; exit 1; }

# The loader of the unpacked C library runs the program, so the machine's own libraries do not matter.
runs() {
  local libraries
  libraries=$(echo "$1"/usr/lib/*-linux-gnu*):$1/usr/lib
  loader=$(echo "$1"/usr/lib/*-linux-gnu*/ld-linux*.so.* "$1"/lib/*-linux-gnu*/ld-linux*.so.* | tr ' ' '\n' | grep -v '\*' | head -n 1)
  "$loader" --library-path "$libraries:$(echo "$1"/lib/*-linux-gnu*)" "$1/$program" "$flag" 2>&1 | grep -m 1 .
}

mkdir -p "$cache"
exec 9> "$cache/$name.lock"
flock 9   # a second run waits for the first and finds its work done
if [ -e "$root/complete" ]; then say "ready ($(cat "$root/complete"))"; exit 0; fi

command -v apt-get > /dev/null && command -v dpkg-deb > /dev/null || fail "apt-get and dpkg-deb are needed, this is no Debian-like system"
if ! command -v ip > /dev/null; then
  [ "$(id -u)" = 0 ] || fail "the command ip is missing (package iproute2)"
  say "installing iproute2"
  apt-get install -y -qq --no-install-recommends iproute2 > /dev/null
fi

debian_mirror() {
  apt-get indextargets --format '$(ORIGIN)|$(REPO_URI)|$(SUITE)|$(SIGNED_BY)' 'Created-By: Packages' 2> /dev/null |
    awk -F'|' '$1 == "Debian" && $3 !~ /security/ { print $2 "|" $4; exit }'
}
found=$(debian_mirror)
if [ -z "$found" ] && [ "$(id -u)" = 0 ]; then
  say "reading the package lists of this machine"
  apt-get update -qq || true
  found=$(debian_mirror)
fi
[ -n "$found" ] || fail "no Debian mirror among the package sources of this machine"
mirror=${found%%|*}
keyring=${found#*|}
[ -e "$keyring" ] || keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$keyring" ] || fail "Debian's archive keys are missing (package debian-archive-keyring)"

# apt with a state of its own: an empty status file, so that it takes the whole closure.
apt=$cache/$name.apt
part=$cache/$name.part
rm -rf "$apt" "$part" "$root"
mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" "$part"
: > "$apt/status"
echo "deb [signed-by=$keyring] $mirror $suite main" > "$apt/sources.list"
cat > "$apt/apt.conf" << CONF
Dir::State "$apt/state"; Dir::State::status "$apt/status"; Dir::Cache "$apt/cache";
Dir::Etc::sourcelist "$apt/sources.list"; Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null"; Dir::Etc::preferencesparts "/dev/null";
APT::Install-Recommends "false"; APT::Sandbox::User "root"; Acquire::Languages "none";
CONF
export APT_CONFIG="$apt/apt.conf"
say "reading the package list of Debian $suite"
apt-get update -qq || fail "the package list of Debian $suite could not be fetched"
say "fetching"
apt-get install -y -qq --download-only "$@" > /dev/null || fail "$name could not be fetched from Debian $suite"
say "unpacking"
for archive in "$apt"/cache/archives/*.deb; do
  dpkg-deb --fsys-tarfile "$archive" |
    tar -x -C "$part" --no-same-owner --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale
done
rm -rf "$apt"
version=$(runs "$part") || fail "the unpacked $name does not run here"
echo "$version" > "$part/complete"
mv "$part" "$root"
say "ready ($version)"
