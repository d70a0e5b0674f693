#!/bin/sh
# SPDX-License-Identifier: MIT
# Fetches the provider's packages as the lock file names them, once.
set -eu
cd "$(dirname "$0")"
stamp=node_modules/.package-lock.json
if [ ! -e $stamp ] || [ package-lock.json -nt $stamp ]; then
  # trust what the system trusts: the registry may be reached through a proxy with its own CA
  NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}
  export NODE_EXTRA_CA_CERTS
  npm ci --omit=dev --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
  touch $stamp
fi
