#!/bin/bash
# SPDX-License-Identifier: MIT
# Every user in every state of the software in every phase of PAM, through the stacks that
# pam-auth-update makes of the packaged profile. Each row of the table says what is to come out.
# shellcheck source=tests/packages/lib.sh disable=SC2034
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/packages/walk.sh
. "$(dirname "$0")/walk.sh"

mapfile -t debs < <(all_debs)
apt install "${debs[@]}" || die "the packages cannot be installed: $(tail -5 $work/apt.log)"
idp_start
enrol || die "enroll: $(cat $work/enroll.out)"
daemon_start
enable_profile
token_service
# in one file what Debian's programs include
printf '@include common-auth\n@include common-account\n@include common-password\n@include common-session\n' \
  >$root/etc/pam.d/walk
walk_begin

# ---- the table -----------------------------------------------------------------------------------
# state          user      auth   account   password   session
#
# yes, or why not: bad (not proven), unavailable (the daemon does not answer), config (the PAM line is
# wrong), missing (the module), refused (while changing a password), later (before it). Debian's session
# phase refuses nobody: who gets there has passed the others.
table='
up             root      yes          yes          yes      yes
up             localjoe  yes          yes          yes      yes
up             encvoy-2  yes          yes          refused  yes
up             nobodyhas bad          bad          refused  yes
dead           root      yes          yes          yes      yes
dead           localjoe  yes          yes          yes      yes
dead           encvoy-2  unavailable  unavailable  later    yes
dead           nobodyhas unavailable  unavailable  later    yes
hung           root      yes          yes          yes      yes
hung           localjoe  yes          yes          yes      yes
hung           encvoy-2  unavailable  unavailable  refused  yes
hung           nobodyhas unavailable  unavailable  refused  yes
argument       root      yes          yes          yes      yes
argument       localjoe  yes          yes          yes      yes
argument       encvoy-2  config       config       later    yes
argument       nobodyhas config       config       later    yes
configuration  root      yes          yes          yes      yes
configuration  localjoe  yes          yes          yes      yes
configuration  encvoy-2  unavailable  unavailable  later    yes
configuration  nobodyhas unavailable  unavailable  later    yes
module         root      yes          yes          yes      yes
module         localjoe  yes          yes          yes      yes
module         encvoy-2  missing      missing      missing  yes
module         nobodyhas missing      missing      missing  yes
'
walk "$table"
walk_end

# ---- how the lines stand ------------------------------------------------------------------------
stands() { # stands PHASE WHERE-TO FIRST-LINE
  is "$(grep "^$1" $root/etc/pam.d/common-"$1" | sed 's/[[:space:]]\+/ /g; s/ $//' | sed -n "$3,+1p" | tr '\n' ';')" \
    "$1 [success=1 default=ignore] pam_localuser.so;$1 [success=$2 user_unknown=ignore default=die] pam_encvoy.so;" \
    "$1: local users are led around the module, which stands in line $3"
}
stands auth 2 1
stands account 2 1
stands password 'done' 2 # behind pam_unix, which would otherwise expect a password from somebody else

daemon_stop
idp_stop
done_testing
