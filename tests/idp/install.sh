#!/bin/sh
# SPDX-License-Identifier: MIT
# Fetches the provider's packages as the lock file names them, once.
set -eu
cd "$(dirname "$0")"
stamp=node_modules/.package-lock.json
if [ ! -e $stamp ] || [ package-lock.json -nt $stamp ]; then
  npm ci --omit=dev --ignore-scripts --no-audit --no-fund --silent
  touch $stamp
fi
