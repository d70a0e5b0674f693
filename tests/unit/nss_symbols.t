#!/bin/bash
# SPDX-License-Identifier: MIT
# SEC-38: what the modules ask of and offer to the process they are loaded into, read from the files.
set -u
shopt -s lastpipe # check counts in this shell
libs=${top_builddir:-.}/.libs
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
    head -20 <<<"$out" | sed 's/^/# /'
  fi
}

sanitized() { # sanitized FILE
  nm -D "$1" | grep -cE '__(asan|tsan|ubsan|sanitizer)_' >/dev/null
}

skip() { # skip NAME
  n=$((n + 1))
  echo "ok $n - $1 # SKIP a sanitizer brings its own"
}

facts() { # facts FILE EXPORTS-REGEX LIBRARIES-REGEX
  local file=$libs/$1 dynamic
  n=$((n + 1))
  if [ ! -e "$file" ]; then
    bad=1
    echo "not ok $n - $1 was built"
    return
  fi
  echo "ok $n - $1 was built"
  dynamic=$(readelf -dW "$file")
  nm -D --defined-only "$file" | awk '{ print $NF }' | sed 's/@.*//' | grep -vxE "$2" |
    check "SEC-38: $1 exports nothing but $2"
  if sanitized "$file"; then
    skip "SEC-43: $1: environment, printing and signals"
  else
    nm -D --undefined-only "$file" | awk '{ print $NF }' | sed 's/@.*//' |
      grep -xE '(secure_|__secure_)?getenv|environ|__environ|f?printf|__f?printf_chk|puts|perror|syslog|exit|abort|sigaction|signal|system|dlopen' |
      check "SEC-43: $1 reads no environment, prints nothing and leaves signals alone"
  fi
  { grep -q NODELETE <<<"$dynamic" || echo 'no NODELETE'; } | check "$1 stays loaded"
  readelf -lW "$file" | grep GNU_STACK | grep E |
    check "$1 asks for no executable stack"
  grep -E 'RPATH|RUNPATH' <<<"$dynamic" | check "$1 looks for libraries where the system does"
  if sanitized "$file"; then
    skip "SEC-38: $1: libraries and segments"
    return
  fi
  sed -nE 's/.*NEEDED.*\[(.*)\]/\1/p' <<<"$dynamic" | grep -vxE "$3" |
    check "SEC-38: $1 needs nothing but $3"
  readelf -lW "$file" | grep -w TLS | check "SEC-38: $1 has no segment for thread-local storage"
  grep TEXTREL <<<"$dynamic" | check "SEC-38: $1 has no relocations of code"
}

if ! command -v readelf >/dev/null || ! command -v nm >/dev/null; then
  echo '1..0 # SKIP binutils are not here'
  exit 0
fi
facts libnss_encvoy.so.2 '_nss_encvoy_[a-z_]+' 'libc\.so\.[0-9]+|ld-linux.*'
facts libsubid_encvoy.so 'shadow_subid_[a-z_]+' 'libc\.so\.[0-9]+|ld-linux.*'
facts pam_encvoy.so 'pam_sm_[a-z_]+' 'libc\.so\.[0-9]+|libpam\.so\.0|ld-linux.*'
echo "1..$n"
exit $bad
