#!/bin/bash
# SPDX-License-Identifier: MIT
# The Ansible role (contrib/ansible), by the real ansible-playbook on a host that knows nothing yet: what is checked
# before, what is written, that a second run writes nothing, that nothing is half done when something is wrong,
# and the way back.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

if ! command -v ansible-playbook >/dev/null; then
  skip 'the role' 'ansible-core is not installed'
  done_testing
fi
www=$work/www
mkdir -p $www $work/fleet
: >$work/encvoyd.log
idp_start

# ---- the roster ---------------------------------------------------------------------------------
for k in key other; do encvoyctl roster keygen --out $work/fleet/$k >/dev/null; done
cat >$work/people <<'E2'
{"sub":"2","name":"alice","roles":["staff"]}
{"sub":"12","name":"erin"}
E2
encvoyctl roster build --key $work/fleet/key --fleet prod --issuer $issuer --out $www --from $work/people >/dev/null
web_start

# ---- a host as the packages leave it, without systemd ----------------------------------------------
cp "$top/debian/libpam-encvoy.pam-configs" /usr/share/pam-configs/encvoy
sed -i -E '/^(passwd|group):/s/ encvoy//' /etc/nsswitch.conf
mkdir -p /etc/encvoy/encvoy.conf.d /run/sshd
ssh-keygen -A >/dev/null
export DEBIAN_FRONTEND=noninteractive
pam-auth-update --force --package 2>/dev/null
cat >$work/start <<E2
#!/bin/sh
setsid encvoyd -d 2>>$work/encvoyd.log </dev/null >/dev/null &
echo \$! >$work/pid
for i in \$(seq 100); do encvoyctl status >/dev/null 2>&1 && exit; sleep 0.1; done
exit 1
E2
cat >$work/reload <<E2
#!/bin/sh
kill -HUP "\$(cat $work/pid)"
E2
cat >$work/stop <<E2
#!/bin/sh
kill "\$(cat $work/pid)"
E2
chmod 755 $work/start $work/reload $work/stop
state() { # of all that the role may touch
  (cd /etc && find encvoy nsswitch.conf pam.d ssh/sshd_config.d -type f -exec sha256sum {} + | sort -k2
    find encvoy -printf '%p %m %u\n' | sort)
}

# ---- the playbook ----------------------------------------------------------------------------------
export ANSIBLE_ROLES_PATH=$top/contrib/ansible/roles ANSIBLE_PIPELINING=1 ANSIBLE_NOCOLOR=1 \
  ANSIBLE_LOCALHOST_WARNING=False ANSIBLE_RETRY_FILES_ENABLED=0 HOME=/root
cat >$work/play.yml <<E2
- hosts: localhost
  connection: local
  gather_facts: false
  roles:
    - role: encvoy
      encvoy_install: false
      encvoy_systemd: false
      encvoy_start_command: $work/start
      encvoy_reload_command: $work/reload
      encvoy_stop_command: $work/stop
      encvoy_issuer: $issuer
      encvoy_ca_file: $ca
      encvoy_allow: ['role:staff']
      encvoy_roster_url: https://id.encvoy.test:8445/roster.jws
      encvoy_roster_fleet: prod
      encvoy_local_groups: [plugdev]
      encvoy_sections: "[group crew]\ngid = 2147287040\nroles = staff"
E2
cat >$work/vars.yml <<E2
encvoy_client_id: host-secret
encvoy_client_secret: host-secret-secret
encvoy_redirect_uri: https://hosts.example.test/cb
encvoy_roster_keys: ["{{ lookup('file', '$work/fleet/key.pub') }}"]
encvoy_options: {methods: token, enumerate: true, directory_interval: 1h, roster_grace: 24h, break_glass: [alice, erin]}
E2
play() { # play [options]: leaves out, rc and changed
  out=$(ansible-playbook -i localhost, -e @$work/vars.yml "$@" $work/play.yml 2>&1)
  rc=$?
  changed=$(grep -oE 'changed=[0-9]+' <<<"$out" | cut -d= -f2)
}
play_with() { # play_with YAML: with other values
  printf '%s\n' "$1" >$work/other.yml
  play -e @$work/other.yml
}
told() { [ "$1" = 0 ] || sed 's/^/# /' <<<"$out"; }

bare=$(state)
play --check
is "$rc" 0 'check mode on a host that knows nothing' || told 1
[ "${changed:-0}" -gt 0 ]
ok $? 'tells that something would be changed'
is "$(state)" "$bare" 'and changes nothing'

# ---- refusals, with nothing left behind --------------------------------------------------------------
refused() { # refused REGEX NAME
  [ "$rc" != 0 ] && [[ $out =~ $1 ]]
  ok $? "$2" || told 1
  is "$(state)" "$before" 'and nothing of it stays'
}
before=$bare
play_with 'encvoy_options: {roster_grace: soon}'
refused 'nothing was changed.*50-ansible.conf:6.*roster_grace' 'a wrong option is named with file and line'
play_with "encvoy_roster_keys: [\"{{ lookup('file', '$work/fleet/other.pub') }}\"]"
refused 'Read the roster.*bad-signature' 'a roster by another key'
daemon_gone() { ! encvoyctl status >/dev/null 2>&1; }
wait_for 10 daemon_gone
ok $? 'without a configuration no daemon is left running'

# ---- the first run -----------------------------------------------------------------------------------
play
is "$rc" 0 'the first run' || told 1
[ "${changed:-0}" -gt 0 ]
ok $? 'changes something'
unlike "$out" 'host-secret-secret' 'SEC-35: the secret is not shown'
is "$(stat -c '%a %U' /etc/encvoy/client.secret) $(</etc/encvoy/client.secret)" \
  '600 encvoy-online host-secret-secret' 'and where it belongs'
is "$(getent passwd alice | cut -d: -f3)" 1879048194 'nsswitch.conf and the roster: programs see the people'
is "$(getent group crew | cut -d: -f4)" alice 'and groups'
grep -q pam_encvoy.so /etc/pam.d/common-auth && grep -q pam_encvoy.so /etc/pam.d/common-account
ok $? 'pam-auth-update has turned the profile on'
[ -e /etc/ssh/sshd_config.d/10-encvoy.conf ]
ok $? 'sshd has what it needs'
printf '@include common-auth\n@include common-account\n' >/etc/pam.d/shell
host_client=host-secret
pam_answer shell alice "$(host_token 2)" authenticate acct_mgmt
is "$pam_status" 0 'alice logs in'
pam_answer shell erin "$(host_token 12)" authenticate acct_mgmt
[ "$pam_status" != 0 ]
ok $? 'erin, who has no role, does not'
pam_answer shell localjoe joes-password authenticate acct_mgmt
is "$pam_status" 0 'SEC-46: a local user as before'

play
is "$rc changed=$changed" '0 changed=0' 'the second run changes nothing' || told 1

# ---- a provider that is away -------------------------------------------------------------------------
before=$(state | grep -v pam.d/shell)
idp_stop
play_with 'encvoy_allow: ["role:staff", "sub:12"]'
[ "$rc" != 0 ] && [[ $out =~ Enroll.*provider-unreachable ]]
ok $? 'Encvoy ID is away: the change is refused' || told 1
is "$(state | grep -v pam.d/shell)" "$before" 'and the host keeps what it had'
is "$(getent passwd alice | cut -d: -f3)" 1879048194 'which goes on'

# ---- and back --------------------------------------------------------------------------------------
rm /etc/pam.d/shell
play -e encvoy_state=absent -e encvoy_purge=true
is "$rc" 0 'absent' || told 1
is "$(state)" "$bare" 'leaves /etc as it was'
is "$(ls -d /var/lib/encvoy /var/cache/encvoy 2>/dev/null)" '' 'and, with encvoy_purge, no names and uids'
wait_for 10 daemon_gone
ok $? 'the daemon has ended'

kill $web_pid
done_testing
