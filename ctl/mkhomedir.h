/* SPDX-License-Identifier: MIT */
/* Homes made at the first session, by pam_mkhomedir with umask 0077: a profile of pam-auth-update,
 * which alone edits Debian's common files of PAM. */
#ifndef ENCVOY_CTL_MKHOMEDIR_H
#define ENCVOY_CTL_MKHOMEDIR_H

/* Each says what it found and did, and returns the exit status. On: nothing is changed where
 * pam_mkhomedir is at work already, or where there is no pam-auth-update (then the line to add is
 * told). Off: only our own profile goes. */
int mkhomedir_on(void);
int mkhomedir_off(void);

#endif
