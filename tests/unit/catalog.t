#!/bin/bash
# SPDX-License-Identifier: MIT
# The journal's message catalogue: systemd takes it, and it has the events that encvoyd logs, and no other.
set -u -o pipefail
cd "${top_srcdir:-$(dirname "$0")/../..}" || exit 99
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
# shellcheck source=tests/unit/tap.sh
. tests/unit/tap.sh

code=$(grep -oE '\[EVENT_[A-Z_]+\] = "[0-9a-f]{32}"' encvoyd/log_event.c | grep -oE '[0-9a-f]{32}' | sort)
catalog=$(sed -nE 's/^-- ([0-9a-f]{32})$/\1/p' catalog/encvoy.catalog | sort)
events=$(sed -nE 's/^\t(EVENT_[A-Z_]+),.*/\1/p' encvoyd/log_event.h | grep -vE '^EVENT_(NONE|COUNT)$')
is "$(wc -l <<<"$code")" "$(wc -l <<<"$events")" 'every event has an id'
is "$(uniq -d <<<"$code")" '' 'no two have the same'
is "$catalog" "$code" 'the catalogue has the ids of the code, and no other'
for e in $events; do
  grep -rqw "$e" --include='*.c' --exclude=log_event.c encvoyd || echo "$e"
done >"$dir/unused"
is "$(<"$dir/unused")" '' 'and every event is logged somewhere'
fields=$(grep -oE '"ENCVOY_[A-Z_]+"' encvoyd/log_journal.c | tr -d '"' | sort -u)
is "$(comm -13 <(echo "$fields") <(grep -oE '@[A-Z_]+@' catalog/encvoy.catalog | tr -d @ | sort -u))" '' \
  'it speaks of fields that there are'
is "$(comm -13 <(grep -oE '`ENCVOY_[A-Z_]+`' docs/audit.md | tr -d '\`' | sort -u) <(echo "$fields"))" '' \
  'docs/audit.md has all fields'
is "$(comm -13 <(grep -oE '`[0-9a-f]{32}`' docs/audit.md | tr -d '\`' | sort -u) <(echo "$code"))" '' 'and all ids'

if command -v journalctl >/dev/null; then
  mkdir -p "$dir/usr/lib/systemd/catalog" "$dir/var/lib/systemd/catalog"
  cp catalog/encvoy.catalog "$dir/usr/lib/systemd/catalog"
  journalctl --root="$dir" --update-catalog >"$dir/out" 2>&1
  is "$? $(<"$dir/out")" '0 ' 'journalctl takes it without a word'
  is "$(journalctl --root="$dir" --list-catalog | cut -d' ' -f1 | sort)" "$code" 'and knows all of it'
  is "$(journalctl --root="$dir" --list-catalog | grep -vcE '^[0-9a-f]{32} encvoyd: .+')" 0 'each with a subject'
else
  echo "ok $((++n)) - journalctl # SKIP is not installed"
fi
done_testing
