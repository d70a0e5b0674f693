#!/bin/bash
# SPDX-License-Identifier: MIT
# The RPMs that rpm.t has built, installed by rpm, and the stacks of their authselect profile walked as
# walk.t walks Debian's. The ground is Debian: authselect's templates are filled in here.
# shellcheck source=tests/packages/lib.sh disable=SC2034
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/packages/walk.sh
. "$(dirname "$0")/walk.sh"
profile=$root/usr/share/authselect/vendor/encvoy

fill_in() { # fill_in TEMPLATE [FEATURE...]: as authselect would, of what our templates use
  local template=$1
  shift
  awk -v "on= $* " '
    function has(feature) { return index(on, " " feature " ") > 0 }
    {
      if (match($0, / *\{include if "[a-z-]+"\}$/)) {
        split(substr($0, RSTART), part, "\"")
        $0 = substr($0, 1, RSTART - 1)
        if (!has(part[2]))
          next
      }
      if (match($0, /\{if not "[a-z-]+":[a-z]+\}/)) {
        split(substr($0, RSTART, RLENGTH - 1), part, "\"")
        $0 = substr($0, 1, RSTART - 1) (has(part[2]) ? "" : substr(part[3], 2)) substr($0, RSTART + RLENGTH)
      }
      if (/[{}]/) { print "not understood: " $0 >"/dev/stderr"; exit 1 }
      print
    }' "$profile/$template"
}
features() { sed -nE 's/^(with[a-z-]+)::$/\1/p' $profile/README | sort; }

# ---- install -------------------------------------------------------------------------------------
rpms=("$packages"/rpm/RPMS/*/*.rpm)
[ -e "${rpms[0]}" ] || die "no RPMs in $packages/rpm: run tests/packages/check.sh"
mkdir $root/rpms
for f in "${rpms[@]}"; do
  [[ $f = *-selinux-* ]] || cp "$f" $root/rpms
done
# the libraries that they need, by Debian's names
mapfile -t needs < <(dpkg-deb -f "$packages"/debs/encvoyd_*.deb Depends | tr , '\n' | sed -nE 's/^ *(lib[^ ]*).*/\1/p')
apt install libpam-pwquality cracklib-runtime "${needs[@]}" || die "what the packages need: $(tail -5 $work/apt.log)"
rpm_root() { rpm --root $root --force-debian "$@" >>$work/rpm.log 2>&1; }
(cd $root/etc && sha256sum nsswitch.conf pam.d/*) >$work/settings
rpm_root --nodeps -i $root/rpms/*.rpm
ok $? 'rpm installs the packages' || tail -20 $work/rpm.log | sed 's/^/# /'
is "$(cd $root/etc && sha256sum -c --quiet $work/settings 2>&1)" '' 'and PAM and nsswitch.conf wait for the administrator'
like "$(in_root getent passwd encvoy encvoy-online encvoy-userdb)" '(:/nonexistent:/sbin/nologin.*){3}' 'the three system users'
is "$(in_root stat -c "%U %a" /etc/encvoy /var/lib/encvoy /var/cache/encvoy | tr '\n' ',')" \
  'root 755,encvoy 700,encvoy 755,' 'and the folders'
locals_work 'with the RPMs installed and nothing configured'

# ---- the templates -------------------------------------------------------------------------------
is "$(cat $profile/* | grep -oE 'if (not )?"[^"]+"' | cut -d'"' -f2 | sort -u)" "$(features)" 'README of the profile names its features'
[ -n "$(head -1 $profile/README)" ]
ok $? 'and itself in the first line'
mapfile -t all < <(features)
wrong() { # what is wrong with a stack that is filled in: our line, and who is led around it
  awk '$NF == "pam_encvoy.so" && $1 != "session" {
      if (before != $1 " [success=1 default=ignore] pam_localuser.so") print "line " NR ": local users are not led around it"
      if (!/user_unknown=ignore default=die\]/) print "line " NR ": a refusal is not final"
      n[$1]++
    }
    { before = $0; gsub(/ +/, " ", before) }
    $NF == "pam_encvoy.so" && $1 == "session" && $2 != "optional" { print "line " NR ": a session that depends on us" }
    END { if (n["auth"] != 1 || n["account"] != 1) print "our lines are missing" }'
}
for f in system-auth password-auth; do
  is "$(fill_in $f | wrong)" '' "SEC-46: $f: local users come first and a refusal is final"
  is "$(fill_in $f "${all[@]}" | wrong)" '' "and with all features"
done
for f in fingerprint-auth smartcard-auth; do
  is "$(awk '{ print $2, $3 }' $profile/$f | sort | uniq -c | tr -s ' ')" ' 4 required pam_deny.so' "$f admits nobody"
done

# ---- walk ----------------------------------------------------------------------------------------
idp_start
enrol || die "enroll: $(cat $work/enroll.out)"
is "$(fill_in nsswitch.conf)" 'passwd:     files encvoy systemd
group:      files encvoy systemd' 'local files come first in nsswitch.conf'
sed -i -E '/^(passwd|group|subid):/d' $root/etc/nsswitch.conf
fill_in nsswitch.conf with-subid | sed 's/ systemd$//' >>$root/etc/nsswitch.conf
daemon_start
# no waiting where a refusal is what is expected
stack() { fill_in system-auth with-passphrase with-sudo-grace | sed 's/delay=2000000/delay=0/; s/pam_unix.so/& nodelay/'; }
stack >$root/etc/pam.d/walk
sed '/^a/s/pam_encvoy.so/& methods=token/' $root/etc/pam.d/walk >$root/etc/pam.d/token
walk_begin

# state          user      auth   account   password   session; the words are explained in walk.t
walk '
up             root      yes          yes          yes      yes
up             localjoe  yes          yes          yes      yes
up             encvoy-2  yes          yes          refused  yes
up             nobodyhas bad          unknown      refused  unknown
dead           root      yes          yes          yes      yes
dead           localjoe  yes          yes          yes      yes
dead           encvoy-2  unavailable  unavailable  later    yes
dead           nobodyhas unavailable  unavailable  later    unknown
hung           root      yes          yes          yes      yes
hung           localjoe  yes          yes          yes      yes
hung           encvoy-2  unavailable  unavailable  refused  yes
hung           nobodyhas unavailable  unavailable  refused  unknown
argument       root      yes          yes          yes      yes
argument       localjoe  yes          yes          yes      yes
argument       encvoy-2  config       config       later    yes
argument       nobodyhas config       config       later    unknown
configuration  root      yes          yes          yes      yes
configuration  localjoe  yes          yes          yes      yes
configuration  encvoy-2  unavailable  unavailable  later    yes
configuration  nobodyhas unavailable  unavailable  later    unknown
module         root      yes          yes          yes      yes
module         localjoe  yes          yes          yes      yes
module         encvoy-2  missing      missing      missing  yes
module         nobodyhas missing      missing      missing  unknown
'
walk_end

# ---- remove --------------------------------------------------------------------------------------
daemon_stop
# authselect as far as the removal asks it
printf '#!/bin/sh\n[ "$*" = "current --raw" ] && echo "encvoy with-mkhomedir"\necho "$*" >>/run/authselect\n' >$root/usr/bin/authselect
chmod 755 $root/usr/bin/authselect
mapfile -t names < <(rpm -qp --qf '%{NAME}\n' $root/rpms/*.rpm)
rpm_root --nodeps -e "${names[@]}"
ok $? 'rpm removes them' || tail -20 $work/rpm.log | sed 's/^/# /'
is "$(cat $root/run/authselect)" $'current --raw\nselect local' 'the profile of the local users is selected before the module goes'
rm $root/etc/pam.d/walk $root/etc/pam.d/token
locals_work 'with the RPMs removed'
is "$(cd $root && find usr etc run -name '*encvoy*' -not -path etc/ssl/encvoy-test-ca.pem -not -path 'etc/encvoy*' -not -path run/encvoy)" '' \
  'nothing of ours is left but the configuration and the ledger'
idp_stop
done_testing
