#!/bin/sh
# SPDX-License-Identifier: MIT
# Every text that people read is there in every language, and says the same with the same values.
set -u
build=${top_builddir:?}
cd "${top_srcdir:?}" || exit 99
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
n=0
bad=0

ok() { # ok STATUS NAME
  n=$((n + 1))
  if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; bad=1; fi
}

if ! command -v xgettext >/dev/null || ! command -v msgcmp >/dev/null; then
  echo '1..0 # SKIP gettext is not installed'
  exit 0
fi
xgettext --from-code=UTF-8 -kT -kN_ --no-wrap -o "$dir/all.pot" -f po/POTFILES
ok $? 'the texts can be found'
[ "$(grep -c '^msgid' "$dir/all.pot")" -gt 40 ]
ok $? 'and are many'
grep -rlE '\b(T|N_)\("' --include='*.[ch]' common sys oidc encvoyd pam nss ctl | sort >"$dir/with"
sort po/POTFILES >"$dir/listed"
cmp -s "$dir/with" "$dir/listed"
ok $? 'po/POTFILES lists every file that has some'
for po in po/*.po; do
  msgcmp "$po" "$dir/all.pot" 2>"$dir/err"
  ok $? "$po has every text$(head -3 "$dir/err" | tr '\n' ' ')"
  msgfmt -c -o "$dir/x.mo" "$po" 2>"$dir/err" && [ ! -s "$dir/err" ]
  ok $? "$po is well-formed, with the same values in each text$(head -3 "$dir/err" | tr '\n' ' ')"
  msgattrib --untranslated --fuzzy --no-obsolete "$po" | grep -q '^msgid "..*'
  [ $? = 1 ]
  ok $? "$po leaves nothing open"
  l=${po##*/}
  grep -q "\"${l%.po}\"" sys/catalogs.c
  ok $? "$po is read by sys/catalogs.c"
done
# a sentence travels in RESULT, with its end
for po in po/*.po; do
  msgunfmt "$build/${po%.po}/LC_MESSAGES/nss-pam-encvoy.mo" | awk 'length > 500 {exit 1}'
  ok $? "$po: nothing is too long to be sent"
done
echo "1..$n"
exit $bad
