#!/bin/bash
# SPDX-License-Identifier: MIT
# The manual speaks of every option and every verb that exists, with the right default, and of no other.
set -u -o pipefail
shopt -s lastpipe # check counts in this shell
cd "${top_srcdir:-$(dirname "$0")/../..}" || exit 99
n=0
bad=0
check() { # check NAME, what is wrong on standard input
  local out
  out=$(cat)
  n=$((n + 1))
  if [ -z "$out" ]; then
    echo "ok $n - $1"
  else
    bad=1
    echo "not ok $n - $1"
    sed 's/^/# /' <<<"$out"
  fi
}

# name, scope (G or S) and default of each option; a row of the table may be two lines
options=$(tr '\n' ' ' <common/conf_table.c | grep -oE '\{"[a-z_]+", KIND_[A-Z]+, [a-z_]+, [GS]\([a-z_]+\), [^,]+,' |
  sed -E 's/^\{"([a-z_]+)", KIND_[A-Z]+, [a-z_]+, ([GS])\([a-z_]+\), ([^,]+),/\1 \2 \3/')
[ "$(wc -l <<<"$options")" -gt 50 ] || echo 'the table was not understood' | check 'the option table'
items() { # the names of the items of a page: items PAGE MACRO
  sed -nE "s/^\.It $2 //p" "$1" | tr -d ',' | tr ' ' '\n' | grep . | sort
}
text_of() { # text_of NAME: what encvoy.conf(5) says of an option
  awk -v name="$1" '/^\.It Ic / { on = 0; for (i = 3; i <= NF; i++) if ($i == name) on = 1 }
    /^\.El/ { on = 0 } on' man/encvoy.conf.5
}

diff <(cut -d' ' -f1 <<<"$options" | sort) <(items man/encvoy.conf.5 Ic) | grep '^[<>]' |
  check 'encvoy.conf(5) has the options of the table, and no other'
while read -r name scope fallback; do
  text=$(text_of "$name")
  [ "$scope" = S ] && ! grep -qiE '(^|[ ;])service\.' <<<"$text" && echo "$name: may be in a section, which it does not say"
  [ "$scope" = G ] && grep -qE '(; |^S)ervice\.$' <<<"$text" && echo "$name: may not be in a section"
  case $fallback in
    NULL | '""') continue ;;
    NAME_BY_SUB) fallback='"encvoy-%{sub}"' ;;
  esac
  fallback=${fallback//\"/}
  grep -A1 -i default <<<"$text" | grep -qF -- "$fallback" || echo "$name: the default $fallback is missing"
done <<<"$options" | check 'with scope and default'
diff <(awk '$2 == "S" { print $1 }' <<<"$options" | sort) \
  <(sed -n '/^\.Sh OPTIONS/,/^\.Sh RESULTS/p' man/pam_encvoy.8 | grep -oE '^\.Ic [a-z_]+' | cut -d' ' -f2 |
    sort -u) | grep '^[<>]' |
  check 'pam_encvoy(8) has those that may be arguments'

verbs=$(sed -nE 's/^    \{"([a-z -]+)", ("|$).*/\1/p' ctl/verbs.c)
diff <(sort <<<"$verbs") <(sed -nE 's/^\.It Cm ([a-z -]*[a-z])( Ar .*)?$/\1/p' man/encvoyctl.1 | sort) | grep '^[<>]' |
  check 'encvoyctl(1) has the verbs of the table, and no other'
diff <(cat ctl/verb_*.c | grep -oE '\{"[a-z-]+", OPT_' | cut -d'"' -f2 | sort -u) \
  <(sed -nE 's/^\.It Fl -([a-z-]+).*/\1/p' man/encvoyctl.1 | sort -u) | grep '^[<>]' |
  check 'and their options'

# the third argument of found, the second of found_ok, the fourth of tell_failure; each may be a choice
codes=$(cat ctl/check_*.c ctl/verb_doctor.c | tr -s ' \n\t' ' ' | grep -oE \
  'found\( ?f, [^,]+, [^,]+,|found_ok\( ?f, [^,]+,|tell_failure\( ?f, [^,]+, [^,]+, [^,]+,' |
  sed -E 's/^(found|tell_failure).*, ([^,]+),$/\2/' | grep -oE '"[a-z-]+"' | tr -d '"' | sort -u)
[ "$(wc -l <<<"$codes")" -gt 50 ] || echo 'the checks were not understood' | check "doctor's codes"
diff <(echo "$codes") <(sed -nE '/^\| `/s/^\| ([^|]*) \|.*/\1/p' docs/doctor.md | grep -oE '[a-z-]+' | sort -u) |
  grep '^[<>]' | check "docs/doctor.md has doctor's codes, and no other"

diff <(tr -s ' \n\t' ' ' <oidc/roster_person.c |
    grep -oE '(take_text|take_list|json_get_[a-z]+)\( ?d(->j)?, "[a-z_]+"' | cut -d'"' -f2 | sort) \
  <(sed -n '/^\.Ss The lines/,/^\.Sh/s/^\.It Li //p' man/encvoy-roster.5 | sort) | grep '^[<>]' |
  check 'encvoy-roster(5) has the members of a line'

if command -v mandoc >/dev/null; then
  mandoc -T lint -W warning man/*.[158] 2>&1 | check 'mandoc has nothing to say'
else
  n=$((n + 1))
  echo "ok $n - mandoc has nothing to say # SKIP mandoc is not here"
fi
echo "1..$n"
exit $bad
