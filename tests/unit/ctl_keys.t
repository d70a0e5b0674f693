#!/bin/bash
# SPDX-License-Identifier: MIT
# SEC-21, SEC-25: encvoyctl authorized-keys, against a daemon that says what it is told to.
# shellcheck source=tests/unit/ctl_lib.sh
. "$(dirname "$0")/ctl_lib.sh"
private "$@"
command -v ssh-keygen >/dev/null || skip_all "needs ssh-keygen"
private_dirs
script=$work/script
heard=$work/heard
keys=$work/keys
: >"$heard"
says() { cat >"$script"; }
hears() { # hears WANT NAME: what the daemon was asked since the last time
  is "$(<"$heard")" "$1" "$2"
  : >"$heard"
}
configure() { # configure LINES
  cat >"$conf_dir/encvoy.conf" <<EOT
issuer = https://id.example.org
client_id = host
allow = everyone
$1
EOT
}
configure ''
cat >>/etc/passwd <<'EOT'
localanna:x:4242:4242::/home/localanna:/bin/sh
otherlocal:x:4243:4243::/home/otherlocal:/bin/sh
sysanna:x:442:442::/var/lib/sysanna:/bin/sh
EOT

run authorized-keys alice
is "$rc" 3 "no daemon: ends with 3"
is "$out" "" "and prints nothing"

"$build/tests/unit/ctl_fake" serve "$script" >>"$heard" &
wait_for 5 grep -q ready "$heard" || { echo "Bail out! the fake daemon does not start"; exit 99; }
: >"$heard"

# ---- keys of every type, as ssh-keygen makes them
for t in "ed25519" "ecdsa -b 256" "ecdsa -b 384" "ecdsa -b 521" "rsa -b 2048" "rsa -b 3072"; do
  rm -f "$work/k" "$work/k.pub"
  # shellcheck disable=SC2086
  ssh-keygen -q -t $t -N '' -C "anna's ${t// /} key" -f "$work/k"
  cat "$work/k.pub" >>"$keys"
  cp "$work/k.pub" "$work/$(tr -d ' ' <<<"$t").pub"
done
# Security keys need a device to make; the public part is the same with an application behind it.
sk() { # sk TYPE FILE: the key of FILE as TYPE
  local blob=$work/blob body=$work/body old
  old=$(cut -d' ' -f1 "$2")
  cut -d' ' -f2 "$2" | base64 -d >"$blob"
  tail -c +$((5 + ${#old})) "$blob" >"$body"
  { printf "\\0\\0\\0\\x$(printf %x ${#1})%s" "$1"; cat "$body"; printf '\0\0\0\4ssh:'; } |
    base64 -w0 | sed "s/^/$1 /; s/\$/ a security key\n/"
}
sk sk-ssh-ed25519@openssh.com "$work/ed25519.pub" >>"$keys"
sk sk-ecdsa-sha2-nistp256@openssh.com "$work/ecdsa-b256.pub" >>"$keys"
says <<EOT
verb keys
lines $keys
EOT
run authorized-keys alice
is "$rc" 0 "keys of all types: ends with 0"
hears "keys|alice" "the daemon is asked for the keys of this name"
is "$out" "$(<"$keys")" "all are printed as they were"
is "$err" "" "nothing is said about them"
printf '%s\n' "$out" >"$work/out"
ssh-keygen -lf "$work/out" >"$work/listed" 2>&1
is "$?" 0 "ssh-keygen reads what is printed"
is "$(wc -l <"$work/listed")" 8 "all eight"
is "$(sed 's/.*(//; s/)//' "$work/listed" | sort -u | tr '\n' ' ')" \
  "ECDSA ECDSA-SK ED25519 ED25519-SK RSA " "of their types"

# ---- what is left out
good=$(<"$work/ed25519.pub")
ssh-keygen -q -t ed25519 -N '' -f "$work/ca"
ssh-keygen -q -s "$work/ca" -I anna -n anna "$work/ed25519.pub" 2>/dev/null
{
  echo "# a comment"
  echo
  printf '%s\r\n' "$good"
  cat "$work/ed25519-cert.pub"
  echo "cert-authority $good"
  printf '%s \033[2Jx\n' "$good"
  echo "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== cut"
  echo "ssh-dss AAAAB3NzaC1kc3MAAACBAP old"
  printf '%s %s' "${good% *key}" $'turned \xe2\x80\xaearound'
} >"$keys"
run authorized-keys alice
is "$rc" 0 "bad ones among good ones: ends with 0"
is "$out" "$good
${good% *key} turned \\xe2\\x80\\xaearound" "SEC-25: only good ones are printed, the comment printable"
like "$err" '5 lines are no acceptable keys' "SEC-21: the bad ones are counted"
unlike "$err" $'\033' "SEC-25: and not shown"

# ---- options
echo "restrict,command=\"echo \\\"a b\\\"\" $good" >"$keys"
run authorized-keys alice
is "$out" "$good" "SEC-21: options are stripped"
like "$err" 'options of 1 keys' "which is said"
configure 'ssh_key_options = yes'
run authorized-keys alice
is "$out" "$(<"$keys")" "and kept with ssh_key_options = yes"
is "$err" "" "without a word"
configure ''

# ---- none
says <<<$'verb keys\nnot-found'
run authorized-keys alice
is "$rc$out$err" 0 "no keys: nothing is printed"
: >"$keys"
says <<<$'verb keys\nlines '"$keys"
run authorized-keys alice
is "$rc$out$err" 0 "nor for an empty list"
says <<<$'verb keys\nresult blocked'
run authorized-keys alice
is "$rc$out" 1 "SEC-21: a blocked user has none"
like "$err" blocked "and the reason is said"
says <<<$'verb keys\nresult ok'
run authorized-keys alice
is "$rc$out" 1 "a success that is no answer is none"
says <<<$'verb keys\ngarbage'
run authorized-keys alice
is "$rc$out" 1 "nor is garbage"
yes "$good" | head -c 24577 >"$keys"
says <<<$'verb keys\nlines '"$keys"
run authorized-keys alice
is "$rc$out" 1 "nor is a text beyond the limit"

# ---- who is nobody's business
echo "$good" >"$keys"
: >"$heard"
for user in root otherlocal sysanna 'Al ice' '../x' "$(printf 'a%.0s' {1..300})"; do
  run authorized-keys "$user"
  is "$rc$out" 0 "SEC-21: no keys for ${user:0:12}, whatever the daemon would say"
done
hears "" "which is not even asked"
configure 'local_user = 17:localanna, 18:sysanna'
run authorized-keys localanna
is "$out" "$good" "a local user of local_user has keys"
hears "keys|localanna" "as the daemon knows them"
run authorized-keys sysanna
is "$rc$out" 0 "SEC-21: a system account has none all the same"
chmod 666 "$conf_dir/encvoy.conf"
run authorized-keys alice
is "$rc$out" 1 "SEC-34: a configuration that others can write: no keys"
configure ''
chmod 644 "$conf_dir/encvoy.conf"
run authorized-keys
is "$rc" 2 "without a user: usage"
out=$(setpriv --reuid 65534 --regid 65534 --clear-groups "$ctl" authorized-keys alice 2>&1)
is "$out" "$good" "works as nobody"
done_testing
