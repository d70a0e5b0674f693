#!/bin/bash
# SPDX-License-Identifier: MIT
# encvoyctl roster: keys, rosters from a daemon and from files, and what verify says of them.
# shellcheck source=tests/unit/ctl_lib.sh
. "$(dirname "$0")/ctl_lib.sh"
private "$@"
private_dirs
cd "$work" || exit 99
script=$work/script
iss=https://id.example.org
umask 022
mkdir pub

lines_of() { grep -aoE '^lines +[0-9a-f]{64}\.lines$' <<<"$1" | awk '{print $2}'; }
serial_of() { awk '$1 == "serial" {print $2}' <<<"$1"; }
build() { run roster build --key key --fleet web --out pub --issuer $iss "$@"; }
verify() { run roster verify pub/roster.jws --key key.pub --issuer $iss --fleet web "$@"; }
count() { find pub -name '*.lines' | wc -l; }

# ---- keys
run roster keygen
is "$rc" 2 "keygen needs --out"
run roster keygen --out key
is "$rc" 0 "a key pair"
is "$(stat -c %a key) $(stat -c %a key.pub)" "600 644" "SEC-35: the private one is for its owner only"
like "$(<key.pub)" 'BEGIN PUBLIC KEY' "the other one is public"
before=$(cat key key.pub)
run roster keygen --out key
like "$rc $err" '^1 .*key.pub: already-exists|exists' "a key is never overwritten"
rm key.pub
run roster keygen --out key
like "$rc $err" '^1 .*key: .*exist' "nor half of a pair"
ok "$([ ! -e key.pub ]; echo $?)" "and nothing is left of the try"
tail -n +4 <<<"$before" >key.pub
run roster keygen --out other
run roster keygen --out none/key
is "$rc" 1 "a folder that is not there"

# ---- from a file
cat >people <<'EOT'
{"sub":"10","name":"bob","roles":["b","a"]}
{"sub":"9","name":"alice","gecos":"Alice","blocked":true,"ssh_keys":["ssh-ed25519 AAAA x"]}
{"sub":"abc","id":2013265920}
EOT
build --from people
is "$rc $err" "0 " "a roster of a file"
first=$(lines_of "$out")
serial=$(serial_of "$out")
ok "$([ "$serial" -ge 1700000000 ]; echo $?)" "the first serial is the time"
is "$(<"pub/$first")" '{"sub":"9","name":"alice","gecos":"Alice","ssh_keys":["ssh-ed25519 AAAA x"],"blocked":true}
{"sub":"10","name":"bob","roles":["a","b"]}
{"sub":"abc","id":2013265920}' "its lines are in their order"
is "$(sha256sum "pub/$first" | cut -d' ' -f1).lines" "$first" "named by their digest"
verify
is "$rc $err" "0 " "it verifies"
like "$out" "serial +$serial.*people +3.*blocked +1" "with its figures"
out=$("$ctl" roster build --key key --fleet web --out pub --issuer $iss --from - <people)
is "$(lines_of "$out")" "$first" "the same people, from standard input: the same lines"
ok "$([ "$(serial_of "$out")" -gt "$serial" ]; echo $?)" "under a higher serial"

# ---- old lines go when nobody can want them
for name in carl dave erin; do
  echo "{\"sub\":\"9\",\"name\":\"$name\"}" >people2
  touch pub/other.lines
  build --from people2
done
is "$(count)" 3 "the lines of the last manifest and the one before stay, and what is not ours"
ok "$([ ! -e "pub/$first" ]; echo $?)" "older ones are gone"
verify
is "$rc" 0 "the last one verifies"

# ---- what is refused
last=$(serial_of "$out")
build --from people --serial "$last"
like "$rc $err" "^1 .*old-serial.*$last" "SEC-48: a serial that hosts would refuse"
build --from people --serial 9000000000
is "$rc $(serial_of "$out")" "0 9000000000" "a serial of one's own"
cat >bad <<'EOT'
{"sub":"1"}
{"sub":"2","uid":0}
{"sub":"3"
EOT
sum=$(sha256sum pub/*)
build --from bad
is "$rc" 1 "SEC-06: bad lines"
like "$err" 'bad:2: has an unknown member' "are named"
like "$err" 'bad:3: is not a strict JSON object' "each"
printf '{"sub":"1"}\n{"sub":"2"}\n{"sub":"1"}' >twins
build --from twins
like "$rc $err" '^1 .*twins:3: has the sub 1 of line 1' "a sub twice"
build --from nowhere
is "$rc" 1 "no file"
run roster build --key key --fleet db --out pub --issuer $iss --from people
like "$rc $err" '^1 .*wrong-fleet' "a folder of another fleet"
run roster build --key other --fleet web --out pub --issuer $iss --from people
like "$rc $err" '^1 .*bad-signature.*--serial' "a folder of another key"
chmod 644 key
build --from people
like "$rc $err" '^1 .*unsafe-file' "SEC-34: a key that others may read"
chmod 600 key
run roster build --key key.pub --fleet web --out pub --issuer $iss --from people
is "$rc" 1 "a public key signs nothing"
build --from people --valid forever
is "$rc" 2 "no duration"
is "$(sha256sum pub/*)" "$sum" "and all that left everything as it was"
run roster build --key other --fleet web --out pub --issuer $iss --from people --serial 9000000001
is "$rc" 0 "a new key goes on with --serial"
verify
like "$rc $err" '^1 refused: bad-signature' "SEC-48: verify: another key"
verify --key other.pub
is "$rc" 0 "verify: two keys"

# ---- verify
build --from people
is "$rc" 1 "back to the old key: not without knowing"
rm pub/roster.jws
build --from people --valid 1h
run roster verify pub/roster.jws --key key.pub --issuer $iss --fleet db
is "$rc $err" "1 refused: wrong-fleet" "SEC-48: verify: another fleet"
run roster verify pub/roster.jws --key key.pub --issuer $iss/ --fleet web
is "$rc $err" "1 refused: wrong-issuer" "SEC-48: verify: another issuer"
verify --now $(($(date +%s) + 3500))
is "$rc" 0 "verify: within its time"
verify --now $(($(date +%s) + 3700))
is "$rc $err" "1 refused: expired" "SEC-48: verify: expired"
like "$out" 'people +3' "with its figures all the same"
verify --now 1000
is "$rc $err" "1 refused: not-yet-valid" "verify: from the future"
verify
file=$(lines_of "$out")
truncate -s -1 "pub/$file"
verify
like "$rc $err" '^1 refused: bad-digest' "SEC-48: verify: truncated lines"
rm "pub/$file"
verify
like "$rc $err" '^1 refused: not-found' "verify: no lines"
run roster verify pub/roster.jws --issuer $iss --fleet web
is "$rc" 2 "verify needs a key"
run roster verify nowhere --key key.pub --issuer $iss --fleet web
is "$rc" 1 "verify: no manifest"

# ---- from the daemon, with the issuer of this host
rm -f pub/*
build
is "$rc" 3 "no daemon"
is "$(find pub -type f | wc -l)" 0 "no roster"
"$build/tests/unit/ctl_fake" serve "$script" >heard &
wait_for 5 grep -q ready heard || { echo "Bail out! the fake daemon does not start"; exit 99; }
printf 'issuer = %s\nclient_id = host\n' $iss >"$conf_dir/encvoy.conf"
cat >"$script" <<'EOT'
verb export
row 9|alice|Alice A.|de|staff\napp/dev|ssh-ed25519 AAAA x\nssh-rsa BBBB y||no
row 10|bob|||||2013265921|yes
result ok
EOT
run roster build --key key --fleet web --out pub
is "$rc $err" "0 " "a roster of the daemon's people"
is "$(cat "pub/$(lines_of "$out")")" '{"sub":"9","name":"alice","gecos":"Alice A.","locale":"de","roles":["app/dev","staff"],"ssh_keys":["ssh-ed25519 AAAA x","ssh-rsa BBBB y"]}
{"sub":"10","name":"bob","id":2013265921,"blocked":true}' "as it tells them"
verify
is "$rc" 0 "which verifies"
sum=$(sha256sum pub/*)
for row in 'x|y' 'a b|n||||||no' '1|n||||||maybe' '1|n|||||x|no' '1|n|||||5|no'; do
  printf 'verb export\nrow %s\nresult ok\n' "$row" >"$script"
  run roster build --key key --fleet web --out pub
  like "$rc $err" '^1 .*roster build: sub ' "a row that no roster can hold: $row"
done
printf 'verb export\nrow 1|n||||||no\nclose\n' >"$script"
run roster build --key key --fleet web --out pub
is "$rc" 3 "a daemon that goes away in the middle"
is "$(sha256sum pub/*)" "$sum" "nothing of that was published"
done_testing
