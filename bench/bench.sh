#!/bin/bash
# SPDX-License-Identifier: MIT
# make bench: fetches the peers' packages, measures in private namespaces (run.sh), writes the
# report, and makes sure that this machine is as it was.
set -u -o pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${ENCVOY_BUILD:?run it as "make bench"}
out=${BENCH_OUT:?}
peers="libnss-db libnss-extrausers libnss-systemd nscd slapd nslcd libnss-ldapd sssd-common sssd-proxy libnss-sss"

[ "$(id -u)" = 0 ] || { echo 'make bench: needs root for private namespaces' >&2; exit 1; }
# what nothing here may change
state() { cat /etc/nsswitch.conf /etc/passwd /etc/group; dpkg-query -W; }
before=$(state | sha256sum)

# Into a folder of our own, and no further: they are installed in the namespaces only.
debs=$build/bench/debs
mkdir -p "$debs/partial"
for p in $peers; do
  apt-get install -y -qq --no-install-recommends --download-only --reinstall -o Debug::NoLocking=1 \
    -o Dir::Cache::archives="$debs" "$p" >"$debs/$p.log" 2>&1 ||
    echo "make bench: $p cannot be had: $(tail -1 "$debs/$p.log")" >&2
done

raw=$build/bench/raw
exec 8>"$raw" # opened out here: inside, an overlay may lie over the path
export BENCH_RAW=/dev/fd/8 BENCH_DEBS=$debs BENCH_PEERS=$peers
"$here/run.sh" || exit
if [ "$(state | sha256sum)" != "$before" ]; then
  echo 'make bench: nsswitch.conf, users or packages of this machine have changed meanwhile' >&2
  exit 1
fi
"$here/report" "$raw" >"$out.new" && mv "$out.new" "$out" && echo "written: $out"
