/* SPDX-License-Identifier: MIT */
#include "ctl/enroll.h"

#include "ctl/confline.h"

#include <stdio.h>

static void section(struct buf *out, const char *comment, const char *key, const char *value)
{
	if (!value)
		return;
	if (comment)
		buf_printf(out, "\n# %s\n", comment);
	confline_put(out, key, value);
}

void enroll_text(const struct enrolment *e, struct buf *out)
{
	buf_text(out, "# Written by \"encvoyctl enroll\"; encvoy.conf(5) explains every option.\n"
		      "# Files encvoy.conf.d/*.conf are read after this one. encvoyd reads all of "
		      "it anew on\n"
		      "# \"systemctl reload encvoyd\".\n");
	section(out, "The Encvoy ID whose people log in here.", "issuer", e->issuer);
	section(
	    out, "This host's application there, as its page shows it.", "client_id", e->client_id);
	section(out, NULL, "client_secret_file", e->client_secret_file);
	section(out,
	    "Where the browser ends after the sign-in; one of the application's redirect URLs.",
	    "redirect_uri", e->redirect_uri);
	section(out,
	    "Who may log in: sub:NUMBER (the user's number in Encvoy ID), user:NAME (a name bound\n"
	    "# with \"encvoyctl user add\" or \"user map\"), or everyone. Nobody else can.",
	    "allow", e->allow);
	section(out, "The CA that signed the provider's certificate.", "ca_file", e->ca_file);
	section(out, "The name of this host in tokens made for it.", "host_name", e->host_name);
}

static const char pam_lines[] =
    "       auth    [success=1 default=ignore]                      pam_localuser.so\n"
    "       auth    [success=done user_unknown=ignore default=die]  pam_encvoy.so\n"
    "     and in front of its account lines\n"
    "       account [success=1 default=ignore]                      pam_localuser.so\n"
    "       account [success=done user_unknown=ignore default=die]  pam_encvoy.so\n"
    "     and behind its session lines\n"
    "       session optional                                        pam_encvoy.so\n";

void enroll_advice(bool users_exist)
{
	int step = 1;

	printf("\nWhat comes next:\n");
	if (!users_exist)
		printf("  %d. Create the system users encvoy and encvoy-online: systemd-sysusers\n",
		    step++);
	printf("  %d. Start the daemon:      systemctl enable --now encvoyd\n"
	       "     or, when it runs:      systemctl reload encvoyd\n",
	    step++);
	printf("  %d. Try a login:           encvoyctl login encvoy-NUMBER\n"
	       "     (the user's number in Encvoy ID). Go on only when that works.\n",
	    step++);
	printf("  %d. Let programs see the users, in /etc/nsswitch.conf:\n"
	       "       passwd: files encvoy\n"
	       "       group:  files encvoy\n",
	    step++);
	printf("  %d. Let them log in: keep a root shell open, and put in front of the auth lines "
	       "of a\n"
	       "     service, for example /etc/pam.d/sshd:\n%s",
	    step++, pam_lines);
	printf("     For ssh then: encvoyctl enroll --ssh (what sshd needs, and homes; --undo "
	       "takes it "
	       "back)\n"
	       "  %d. Look everything over:  encvoyctl doctor\n",
	    step);
	printf("PAM's files and nsswitch.conf were not touched.\n");
}
