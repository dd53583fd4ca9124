#!/bin/bash
# Unpacks Kamailio, rtpengine and baresip into test/.cache/kamailio (../unpack.sh says how). The suite is named, not the
# machine's own, so that every machine tests with the same versions: Kamailio 5.6, rtpengine 10.5, baresip 1.0.
# About 145 MB to fetch, 520 MB on disk, most of it codecs that rtpengine is linked with; 15 s.
set -euo pipefail
exec bash "$(dirname "${BASH_SOURCE[0]}")/../unpack.sh" kamailio "${KAMAILIO_SUITE:-bookworm}" \
  usr/sbin/kamailio -v kamailio kamailio-websocket-modules rtpengine-daemon baresip-core
