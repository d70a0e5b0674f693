#!/bin/bash
# SPDX-License-Identifier: MIT
# The rules of HACKING.md that a machine can check.
set -u -o pipefail
shopt -s lastpipe nullglob # check counts in this shell; a folder may be empty yet
cd "${top_srcdir:-$(dirname "$0")/../..}" || exit 99

n=0
bad=0
check() { # check NAME, offending lines on standard input
  local out
  out=$(cat)
  n=$((n + 1))
  if [ -z "$out" ]; then
    echo "ok $n - $1"
  else
    bad=1
    echo "not ok $n - $1"
    head -40 <<<"$out" | sed 's/^/# /'
  fi
}

mapfile -t sources < <(find common sys oidc encvoyd pam nss subid userdb ctl tests bench -name node_modules -prune \
  -o -name '*.[ch]' -print | sort)
product=()
for f in "${sources[@]}"; do
  [[ $f == tests/* ]] || product+=("$f")
done

# The code of the product as lines "FILE:LINE: text"; comments and string literals do not count as
# calls.
code=$(awk '{ print FILENAME ":" FNR ": " $0 }' "${product[@]}" |
  sed -E -e 's@"([^"\\]|\\.)*"@""@g' -e 's@//.*@@' -e 's@/\*.*\*/@@' -e '/^[^ ]+ [ \t]*\/?\*/d')

grep_code() { # grep_code REGEX FILES...
  local re=$1
  shift
  printf '%s\n' "$code" | grep -E "$re" |
    awk -v files="$*" 'BEGIN { n = split(files, f, " "); for (i = 1; i <= n; i++) want[f[i]] = 1 }
      want[substr($0, 1, index($0, ":") - 1)]'
}

# --- banned functions: unbounded, locale-bound, or without error reports
banned='strcpy|strcat|strncat|sprintf|vsprintf|gets|scanf|sscanf|fscanf|atoi|atol|atoll|strtol'
banned+='|strtoul|strtoll|strtoull|strtod|strtok|alloca|system|popen|tmpnam|tempnam|mktemp|rand'
banned+='|random|setjmp|longjmp|gethostbyname|bzero|memfrob|syslog_r'
grep_code "(^|[^A-Za-z0-9_>.])($banned)[ ]*\\(" "${product[@]}" | check 'no banned function'
grep_code '(^|[^A-Za-z0-9_])goto[^A-Za-z0-9_]' "${product[@]}" | check 'no goto'
grep_code '__thread|thread_local' common/*.[ch] sys/*.[ch] pam/*.[ch] nss/*.[ch] subid/*.[ch] |
  check 'SEC-38: no thread-local storage in what modules link'
grep_code '(printf|syslog)[ ]*\(' common/*.c sys/*.c oidc/*.c nss/*.c subid/*.c |
  grep -vE 'snprintf|buf_printf' | check 'common, sys, oidc, nss and subid print and log nothing'
grep_code '(^|[^A-Za-z0-9_])(getpwnam|getpwuid|getgrnam|getgrgid|getpwent|initgroups|getgrouplist)(_r)?[ ]*\(' \
  common/*.c sys/*.c oidc/*.c encvoyd/*.c encvoyd/online/*.c pam/*.c nss/*.c |
  check 'SEC-42: the daemon and the modules never ask NSS'

# --- include directions
allowed() { # allowed FOLDER: regex of folders it may include
  case $1 in
    common) echo 'common' ;;
    sys) echo 'sys|common' ;;
    oidc) echo 'oidc|common' ;;
    pam) echo 'pam|sys|common' ;;
    nss) echo 'nss|sys|common' ;;
    subid) echo 'subid|nss|sys|common' ;;
    userdb) echo 'userdb|nss|oidc/json|sys|common' ;;
    encvoyd) echo 'encvoyd|sys|common' ;;
    encvoyd/online) echo 'encvoyd/online|encvoyd/log|oidc|sys|common' ;;
    ctl) echo 'ctl|pam|nss|encvoyd/online|encvoyd|oidc|sys|common' ;;
  esac
}
for dir in common sys oidc pam nss subid userdb encvoyd encvoyd/online ctl; do
  grep -nE '^#include "' "$dir"/*.[ch] |
    grep -vE "#include \"(config\\.h|($(allowed $dir))[/.])" |
    check "$dir/ includes only what it may"
done
grep -nE '#include "encvoyd/online' encvoyd/*.[ch] | check 'encvoyd/ knows nothing of encvoyd/online/'
grep -lE '#include <curl/' "${product[@]}" | grep -vx 'encvoyd/online/http_internal.h' |
  check 'only encvoyd/online/http_internal.h includes curl'
grep -lE '#include "encvoyd/online/http_internal' "${product[@]}" |
  grep -vE '^encvoyd/online/http(_[a-z]+)?\.c$' | check 'and only http*.c include that'
grep -nE '#include <(openssl|json-c|curl)/' common/*.[ch] sys/*.[ch] encvoyd/*.[ch] pam/*.[ch] nss/*.[ch] \
  subid/*.[ch] userdb/*.[ch] | grep -v '^encvoyd/passcrypt\.c:' |
  check 'no network or crypto library in listener and modules but what passphrases need'
grep -nE '#include <(sys/socket|sys/un|netinet|arpa|time|sys/time|sys/random)' common/*.[ch] oidc/*.[ch] |
  check 'common/ and oidc/ know neither network nor clock nor randomness'

# --- form
awk 'FNR == 1 && !/SPDX-License-Identifier: MIT/ { print FILENAME }' "${sources[@]}" |
  check 'every source file has its SPDX line'
wc -l "${product[@]}" | awk '$2 != "total" && $1 > 450 { print $2 ": " $1 " lines" }' |
  check 'no source file above 450 lines'
grep -lE 'ENCVOY_SANITIZED|slow_run\(\)' tests/unit/*.c | grep -vxE 'tests/unit/(id_util|oidc_fail)\.c' |
  sed 's/^tests\(.*\)\.c$/%D%\1/' | while read -r test; do grep -qE "$test( |$)" tests/module.mk || echo "$test"; done |
  check 'what a sanitizer shortens is in plain_programs, too'
if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
  clang-format --style=file --dry-run "${sources[@]}" 2>&1 | grep -E 'warning:' |
    check 'clang-format 14 leaves every file as it is'
else
  n=$((n + 1))
  echo "ok $n - clang-format 14 leaves every file as it is # SKIP clang-format 14 is not here"
fi
if command -v shellcheck >/dev/null; then
  # each file by itself: what lib.sh sets (SC2154) and where it is (SC1091) is not followed
  shellcheck -S warning -e SC1091,SC2154 demo.sh test.sh .ci/run tests/system/*.sh tests/system/*.t tests/style/*.t \
    tests/packages/*.sh tests/packages/*.t bench/*.sh bench/report 2>&1 | check 'shellcheck is content'
else
  n=$((n + 1))
  echo "ok $n - shellcheck is content # SKIP shellcheck is not here"
fi

echo "1..$n"
exit $bad
