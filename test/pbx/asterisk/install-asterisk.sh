#!/bin/bash
# Unpacks Asterisk with everything that it depends on into test/.cache/asterisk. Nothing is installed on the machine,
# no maintainer script runs, the machine's own package lists stay as they are. Does nothing when it is there already.
#
# Debian's stable releases have no Asterisk; its suite "sid" has. The mirror is the one that this machine uses itself.
# About 80 MB to fetch, 200 MB on disk, 15 s. The last line that a failure prints is its reason.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=$(cd "$here/../.." && pwd)/.cache
root=$cache/asterisk
suite=${ASTERISK_SUITE:-sid}

say() { echo "asterisk: $*"; }
fail() { echo "$*" >&2; exit 1; }

# The loader of the unpacked C library runs the program, so the machine's own libraries do not matter.
runs() { "$1"/usr/lib/*-linux-gnu*/ld-linux*.so.* --library-path "$(echo "$1"/usr/lib/*-linux-gnu*):$1/usr/lib" "$1/usr/sbin/asterisk" -V; }

mkdir -p "$cache"
exec 9> "$cache/asterisk.lock"
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

# apt with a state of its own: an empty status file, so that it takes the whole closure, the C library included.
apt=$cache/asterisk.apt
part=$cache/asterisk.part
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
say "fetching about 80 MB"
apt-get install -y -qq --download-only asterisk asterisk-modules > /dev/null || fail "Asterisk could not be fetched from Debian $suite"
say "unpacking"
for archive in "$apt"/cache/archives/*.deb; do
  dpkg-deb --fsys-tarfile "$archive" |
    tar -x -C "$part" --no-same-owner --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale
done
rm -rf "$apt"
version=$(runs "$part") || fail "the unpacked Asterisk does not run here"
echo "$version" > "$part/complete"
mv "$part" "$root"
say "ready ($version)"
