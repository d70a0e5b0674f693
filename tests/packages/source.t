#!/bin/bash
# SPDX-License-Identifier: MIT
# README.md's way without packages, word for word, on a Debian 12 where no systemd runs: autoreconf, make install, the
# users, enrolment, the lines in nsswitch.conf and PAM's files.
# shellcheck source=tests/packages/lib.sh disable=SC2034
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/document.sh
. "$top/tests/system/document.sh"

document=$work/README.md
sed -e "s,https://id.example.com,$issuer,g" -e 's,CLIENT,host,g' \
  -e "s,--allow sub:2 --yes,& --ca-file /etc/ssl/encvoy-test-ca.pem," "$top/README.md" >$document

# ---- building, installing ------------------------------------------------------------------------
mkdir $root/root/clone
(cd "$top" && git ls-files -z | tar -c --null -T -) | tar -x -C $root/root/clone
# shellcheck disable=SC2046 # a list of words; the network is not here, root.sh has fetched them
apt install $("$top/tests/packages.sh" build list) || die "compiler and libraries: $(tail -5 $work/apt.log)"
from_clone() { in_root bash -c 'cd /root/clone && exec "$@"' - "$@"; }
runs '' 'autoreconf' 'README' from_clone
in_root encvoyctl --version >/dev/null
ok $? 'encvoyctl is installed'
locals_work 'after make install'

# ---- enrolling -----------------------------------------------------------------------------------
idp_start
cp $ca $root/etc/ssl/encvoy-test-ca.pem
block '' 'client-id host --allow sub:2 --yes' | grep '^encvoyctl' >$root/root/block.sh
in_root bash -e /root/block.sh >$work/enroll.out 2>&1
ok $? "$(cat $root/root/block.sh)" || sed 's/^/# /' $work/enroll.out
block '' '^passwd: files encvoy' >$work/nss
while read -r database rest; do
  sed -i "s/^$database.*/$database $rest/" $root/etc/nsswitch.conf
done <$work/nss
daemon_start
in_root encvoyctl user map 2 alice
ok $? 'encvoyctl user map 2 alice'
is "$(in_root getent passwd alice | cut -d: -f3)" 1879048194 'getent passwd alice'
for phase in auth account; do
  block '' "^$phase .*pam_localuser" | cat - $root/etc/pam.d/common-$phase >$work/stack
  cp $work/stack $root/etc/pam.d/common-$phase
done
pam_browser login alice alice authenticate acct_mgmt
is "$pam_status" 0 'pamtester login alice authenticate acct_mgmt' || sed 's/^/# /' $work/pam.out
pam_browser login alice bob authenticate acct_mgmt
[ "$pam_status" != 0 ]
ok $? "SEC-01: not by bob's sign-in"
locals_work 'with the lines in place'
daemon_stop
locals_work 'with encvoyd away'
idp_stop
pam_answer login alice x authenticate acct_mgmt
[ "$pam_status" != 0 ]
ok $? 'and nobody logs in without it'
done_testing
