#!/bin/bash
# SPDX-License-Identifier: MIT
# The browser code page as a file: what it allows itself, and what the program prints of it.
# shellcheck source=tests/unit/ctl_lib.sh
. "$(dirname "$0")/ctl_lib.sh"
command -v openssl >/dev/null || skip_all "needs openssl"
page=$top/ctl/code-page.html
text=$(<"$page")

inside() { # inside TAG: what stands in it, byte by byte
  local rest=${text#*"<$1>"}
  printf '%s' "${rest%%"</$1>"*}"
}
hash_of() { inside "$1" | openssl dgst -sha256 -binary | base64; }
is "$(grep -c '<script>' "$page")|$(grep -c '<style>' "$page")" '1|1' 'one script, one style'
policy=$(grep -o 'Content-Security-Policy" content="[^"]*' "$page")
is "${policy#*content=\"}" "default-src 'none'; script-src 'sha256-$(hash_of script)'; style-src 'sha256-$(hash_of style)'; base-uri 'none'; form-action 'none'" \
  'SEC-24: the policy allows exactly these two, by their hashes'
is "$(grep -nE '(src|href|action|srcset|style)=| on[a-z]+=' "$page" | grep -v 'Content-Sec\|href="data:,"')" '' \
  'no reference to anything else, no handler or style in a tag'
is "$(grep -nE 'https?://|fetch|XMLHttp|WebSocket|sendBeacon|innerHTML|document\.write|eval|Storage|cookie|import' "$page")" '' \
  'SEC-24: nothing is fetched, sent, stored, or taken for markup'
is "$(grep -cE '^	(en|de|fr|es|it|ru): \{$' "$page")" 6 'six languages'
is "$(inside script | grep -oE '^		[a-zA-Z]+: "' | sort | uniq -c | awk '$1 != 6')" '' 'with the same texts each'

is "$("$ctl" enroll --code-page 2>/dev/null | openssl dgst -sha256)" "$(openssl dgst -sha256 <"$page")" \
  'enroll --code-page prints it'
run enroll --code-page
like "$err" '--redirect-uri ADDRESS' 'and says what to do with it'
run enroll --code-page --redirect-uri https://www.example.org/code
is "$rc" 0 'with its address'
like "$err" 'Put this page at https://www.example.org/code' 'which it repeats'
for uri in http://www.example.org/code https://www.example.org/#x www.example.org; do
  run enroll --code-page --redirect-uri "$uri"
  is "$rc|$out" '2|' "no page at $uri"
done
"$ctl" enroll --code-page >/dev/full 2>/dev/null
is $? 1 'a full disk is an error'
run enroll
is "$rc" 2 'without URL and page: wrong usage'
like "$err" 'URL is missing' 'named'
done_testing
