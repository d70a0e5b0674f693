#!/bin/bash
# SPDX-License-Identifier: MIT
# encvoyctl verify-token against tokens made here with openssl, good and hostile ones.
# shellcheck source=tests/unit/ctl_lib.sh
. "$(dirname "$0")/ctl_lib.sh"
command -v openssl >/dev/null || { echo "1..0 # SKIP openssl is not here"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99

b64() { basenc --base64url -w0 | tr -d =; }
hex64() { basenc -d --base16 | b64; }

openssl genrsa -out rsa.pem 2048 2>/dev/null
openssl genrsa -out other.pem 2048 2>/dev/null
openssl genrsa -out small.pem 1024 2>/dev/null
openssl ecparam -name prime256v1 -genkey -noout -out ec.pem
rsa_jwk() { # rsa_jwk FILE KID
  printf '{"kty":"RSA","use":"sig","kid":"%s","e":"AQAB","n":"%s"}' "$2" \
    "$(openssl rsa -in "$1" -noout -modulus | cut -d= -f2 | hex64)"
}
ec_jwk() {
  local p
  p=$(openssl ec -in ec.pem -pubout -outform DER 2>/dev/null | tail -c 64 | basenc --base16 -w0)
  printf '{"kty":"EC","crv":"P-256","kid":"ec","x":"%s","y":"%s"}' \
    "$(printf %s "${p:0:64}" | hex64)" "$(printf %s "${p:64}" | hex64)"
}
printf '{"keys":[%s,%s]}' "$(rsa_jwk rsa.pem k1)" "$(ec_jwk)" >jwks
rsa_jwk rsa.pem k1 >one
printf '{"keys":[%s]}' "$(rsa_jwk small.pem k1)" >small
echo '{"keys":[]}' >none

now=1800000000
claims='{"iss":"https://id.example.org","sub":"17","aud":"host","iat":1799999990,"exp":1800001790,"nonce":"n1"}'
head='{"alg":"RS256","typ":"JWT","kid":"k1"}'

# sign HEADER CLAIMS [KEY [openssl options]]
sign() {
  local input key=${3:-rsa.pem}
  input=$(printf %s "$1" | b64).$(printf %s "$2" | b64)
  printf '%s.%s' "$input" "$(printf %s "$input" | openssl dgst -sha256 -sign "$key" "${@:4}" | b64)"
}
verify() { # verify TOKEN [options]: sets out, err, rc
  local token=$1
  shift
  out=$(printf '%s' "$token" | "$ctl" verify-token --issuer https://id.example.org \
    --audience host --jwks jwks --now "${at:-$now}" "$@" 2>err)
  rc=$?
  err=$(<err)
}
good() { # good NAME TOKEN [options]
  local name=$1
  shift
  verify "$@"
  is "$rc $err" "0 " "$name"
}
refused() { # refused REASON NAME TOKEN [options]
  local reason=$1 name=$2
  shift 2
  verify "$@"
  is "$rc|$err|$out" "1|refused: $reason|" "$name"
}
with() { # with SED-EXPRESSION: the claims, changed
  sed -E "$1" <<<"$claims"
}

token=$(sign "$head" "$claims")
good "a good token" "$token"
like "$out" '"sub": ?"17"' "its claims are printed as JSON"
good "with a newline at its end" "$token"$'\n'
good "the right nonce" "$token" --nonce n1
good "a list of algorithms" "$token" --algorithms "ES256, RS256"

refused wrong-nonce "another nonce" "$token" --nonce n2
refused bad-algorithm "SEC-04: an algorithm that is not listed" "$token" --algorithms PS256
at=1800001900 refused expired "SEC-07: expired" "$token"
at=1799999900 refused not-yet-valid "SEC-07: from the future" "$token"
refused wrong-audience "SEC-07: another audience" "$(sign "$head" "$(with 's/"host"/"nextcloud"/')")"
refused wrong-audience "SEC-07: two audiences" "$(sign "$head" "$(with 's/"host"/["host","nextcloud"]/')")"
refused wrong-issuer "SEC-07: another issuer" "$(sign "$head" "$(with 's/id.example.org/evil.example.org/')")"
refused wrong-issuer "SEC-07: a slash behind the issuer" "$(sign "$head" "$(with 's#org"#org/"#')")"
verify "$(sign "$head" "$(with 's/"sub":"17",//')")"
like "$rc $err" '^1 refused: bad-(claim|sub)$' "SEC-07: no sub"
refused bad-claim "SEC-07: exp as a string" "$(sign "$head" "$(with 's/1800001790/"1800001790"/')")"
refused bad-signature "SEC-04: another key under the same kid" "$(sign "$head" "$claims" other.pem)"
refused bad-signature "a signature over something else" "${token%.*}.$(sign "$head" "{}" | cut -d. -f3)"
refused unknown-key "an unknown kid" "$(sign '{"alg":"RS256","kid":"k2"}' "$claims")"
refused bad-json "SEC-06: a claim twice" "$(sign "$head" "$(with 's/"sub":"17"/"sub":"17","sub":"1"/')")"
refused bad-json "SEC-06: a claim twice, escaped" "$(sign "$head" "$(with 's/"sub":"17"/"sub":"17","\\u0073ub":"1"/')")"

none=$(printf '{"alg":"none"}' | b64).$(printf %s "$claims" | b64).
for t in "$none" "${none}AA" "$(printf '{"alg":"None"}' | b64).$(printf %s "$claims" | b64)."; do
  verify "$t"
  like "$rc $err $out" '^1 refused: bad-(algorithm|token) $' "SEC-04: alg none"
done
openssl rsa -in rsa.pem -pubout -out pub.pem 2>/dev/null
input=$(printf '{"alg":"HS256","kid":"k1"}' | b64).$(printf %s "$claims" | b64)
mac=$(printf %s "$input" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(basenc --base16 -w0 pub.pem)" -binary | b64)
refused bad-algorithm "SEC-04: HS256 with the public key as secret" "$input.$mac"
refused bad-header "SEC-05: a key in the header" \
  "$(sign "{\"alg\":\"RS256\",\"jwk\":$(rsa_jwk other.pem k1)}" "$claims" other.pem)"
refused bad-header "SEC-05: jku" "$(sign '{"alg":"RS256","jku":"https://evil.example"}' "$claims")"
refused bad-header "SEC-05: crit" "$(sign '{"alg":"RS256","kid":"k1","crit":["b64"],"b64":true}' "$claims")"
refused bad-header "SEC-07: an access token" "$(sign '{"alg":"RS256","kid":"k1","typ":"at+jwt"}' "$claims")"
verify "$(sign '{"alg":"ES256","kid":"ec"}' "$claims" ec.pem)" --algorithms ES256
like "$rc $err" '^1 refused: bad-(signature|token)$' "SEC-08: an ECDSA signature in DER"
refused bad-base64 "SEC-08: padding" "${token%.*}.${token##*.}="
good "PS256, when it is allowed" "$(sign '{"alg":"PS256","kid":"k1"}' "$claims" rsa.pem \
  -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:-1)" --algorithms PS256

refused bad-token "no token at all" ""
refused bad-token "some words" "hello there"
for len in 511 1023 1024 4095; do
  refused looks-cut-off "SEC-11: cut at $len bytes" "$(printf "%s%05000d" "$token" 0 | head -c $len)"
done
refused looks-cut-off "SEC-11: 64 KiB" "$(printf '%065536d' 0)"
refused looks-cut-off "SEC-11: more than that" "$(printf '%0200000d' 0)"

check_keys() { # check_keys FILE: sets err, rc
  err=$(printf %s "$token" | "$ctl" verify-token --issuer https://id.example.org --audience host \
    --jwks "$1" --now $now 2>&1 >/dev/null)
  rc=$?
}
check_keys one
is "$rc $err" "0 " "a key file that is one bare JWK"
check_keys small
is "$rc $err" "1 refused: bad-key" "SEC-08: an RSA key of 1024 bits"
check_keys none
is "$rc $err" "1 refused: bad-key" "no key"
check_keys rsa.pem
is "$rc $err" "1 refused: bad-json" "a key file of another kind"
check_keys missing
like "$rc $err" '^2 encvoyctl: missing: ' "no key file"

run verify-token --issuer https://id.example.org --jwks jwks
is "$rc" 2 "a missing option is a usage error"
like "$err" 'audience' "and named"
run verify-token --issuer https://id.example.org --audience host --jwks jwks --now soon
is "$rc" 2 "so is a time that is none"
run verify-token --issuer https://id.example.org --audience host --jwks jwks --algorithms none
is "$rc" 2 "and an algorithm that cannot be allowed"
is "$out" "" "nothing on standard output then"
done_testing
