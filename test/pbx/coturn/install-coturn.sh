#!/bin/bash
# Unpacks coturn, the TURN server, into test/.cache/coturn (unpack.sh says how). About 15 MB to fetch, 5 s.
set -euo pipefail
exec bash "$(dirname "${BASH_SOURCE[0]}")/../unpack.sh" coturn stable usr/bin/turnserver --version coturn
