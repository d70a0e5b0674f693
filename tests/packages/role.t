#!/bin/bash
# SPDX-License-Identifier: MIT
# The Ansible role on a host as fleets have them: over ssh, where systemd runs, with packages from a repository. What
# the role does with options and refusals is tests/system/ansible.t's.
# shellcheck source=tests/packages/lib.sh disable=SC2034
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/packages/boot.sh
. "$(dirname "$0")/boot.sh"

if ! command -v ansible-playbook >/dev/null; then
  skip 'the role under systemd' 'ansible-core is not installed'
  shut_down
  done_testing
fi
apt install python3 python3-apt || die "python3: $(tail -5 $work/apt.log)"
# the packages' repository
cp -r "$packages/debs" $root/repo
(cd $root/repo && rm -f ./*dbgsym* && dpkg-scanpackages . >Packages 2>/dev/null) || die 'no repository'
echo 'deb [trusted=yes] file:/repo ./' >$root/etc/apt/sources.list.d/encvoy.list
apt update -o Dir::Etc::sourcelist=sources.list.d/encvoy.list -o Dir::Etc::sourceparts=-
boot || die "systemd does not boot: $(tail -20 $work/console)"
idp_start
cp $ca $root/etc/ssl/encvoy-test-ca.pem
ssh-keygen -q -t ed25519 -N '' -f $work/key
mkdir -p $root/root/.ssh
install -m 600 $work/key.pub $root/root/.ssh/authorized_keys
inside systemctl start ssh || die 'no sshd'

# ---- the playbook ----------------------------------------------------------------------------------
export ANSIBLE_ROLES_PATH=$top/contrib/ansible/roles ANSIBLE_PIPELINING=1 ANSIBLE_NOCOLOR=1 \
  ANSIBLE_RETRY_FILES_ENABLED=0 ANSIBLE_HOST_KEY_CHECKING=False ANSIBLE_LOCAL_TEMP=$work/ansible HOME=$work
cat >$work/play.yml <<E2
- hosts: all
  roles:
    - role: encvoy
E2
cat >$work/vars.yml <<E2
encvoy_issuer: $issuer
encvoy_client_id: host
encvoy_ca_file: /etc/ssl/encvoy-test-ca.pem
encvoy_allow: ['sub:2']
E2
play() { # play [options]: leaves out, rc and changed
  out=$(ansible-playbook -i 127.0.0.1, -u root --private-key $work/key -e ansible_python_interpreter=/usr/bin/python3 \
    -e @$work/vars.yml "$@" $work/play.yml 2>&1)
  rc=$?
  changed=$(grep -oE 'changed=[0-9]+' <<<"$out" | cut -d= -f2)
}
went() { # went NAME: the play went well
  ok "$rc" "$1" || sed 's/^/# /' <<<"$out"
}
unchanged() { # unchanged NAME: and has changed nothing
  [ "$rc ${changed:-0}" = '0 0' ]
  ok $? "$1" || sed 's|^|# |' <<<"$out"
}
installed() { inside dpkg-query -W -f '${Status} ' encvoyd libpam-encvoy libnss-encvoy 2>/dev/null | grep -o 'ok installed' | wc -l; }
units='encvoyd.socket encvoyd-online.socket encvoyd encvoyd-evict encvoy-userdbd'
running() { inside sh -c "systemctl is-active $units" | sort -u | tr '\n' ' '; }

play --check
went 'check mode on a host without the packages'
is "$(installed)" 0 'installs nothing'
play
went 'the first run'
is "$(installed)" 3 'installs the packages'
is "$(running)" 'active ' 'and starts everything'
is "$(inside sh -c "systemctl is-enabled encvoyd encvoy-userdbd" | sort -u)" enabled 'now and after a boot'
grep -q pam_encvoy.so $root/etc/pam.d/common-auth && [ -e $root/etc/ssh/sshd_config.d/10-encvoy.conf ]
ok $? 'PAM and sshd know of it'
by_ssh 22 encvoy-2 alice
like "$(cat $work/ssh.out)" 'I-am-encvoy-2' 'ssh: alice signs in' || inside journalctl -n 20 --no-pager | sed 's/^/# /'
by_ssh 22 encvoy-3 bob
unlike "$(cat $work/ssh.out)" 'I-am' 'ssh: bob does not'
locals_work 'after the role'
before=$(main_pid encvoyd)
play
unchanged 'a second run changes nothing'
is "$(main_pid encvoyd)" "$before" 'and restarts nothing'
play -e '{"encvoy_allow": ["sub:2", "sub:3"]}'
went 'another rule'
by_ssh 22 encvoy-3 bob
like "$(cat $work/ssh.out)" 'I-am-encvoy-3' 'counts: ssh: bob signs in' || inside journalctl -n 20 --no-pager | sed 's/^/# /'
is "$(main_pid encvoyd)" "$before" 'and was read without a restart'
idp_stop
play -e '{"encvoy_allow": ["sub:2", "sub:3"]}'
unchanged 'the provider is away: a run that has nothing to change does not fail'
idp_start
play -e encvoy_state=absent
went 'encvoy_state: absent'
is "$(installed)" 0 'the packages are gone'
is "$(running)" 'inactive ' 'so is everything that ran'
is "$(inside sh -c 'grep -rl encvoy /etc/pam.d /etc/nsswitch.conf /etc/ssh/sshd_config.d')" '' 'and what PAM, nsswitch.conf and sshd knew'
locals_work 'afterwards'
play -e encvoy_state=absent
unchanged 'absent, again'

idp_stop
shut_down
done_testing
