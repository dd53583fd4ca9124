#!/bin/bash
# Unpacks Asterisk into test/.cache/asterisk (unpack.sh says how). Debian's stable releases have no Asterisk; its suite
# "sid" has. About 80 MB to fetch, 200 MB on disk, 15 s.
set -euo pipefail
exec bash "$(dirname "${BASH_SOURCE[0]}")/../unpack.sh" asterisk "${ASTERISK_SUITE:-sid}" \
  usr/sbin/asterisk -V asterisk asterisk-modules
