/* SPDX-License-Identifier: MIT */
#include "ctl/enroll.h"

#include "ctl/admin.h"
#include "ctl/checks.h"
#include "ctl/ctl.h"
#include "ctl/pam_line.h"
#include "ctl/sshd_conf.h"
#include "encvoyd/paths.h"
#include "sys/file.h"
#include "sys/localdb.h"

#include <stdio.h>
#include <string.h>

#define NSSWITCH "/etc/nsswitch.conf"
#define UPDATE "/usr/sbin/pam-auth-update"
#define PROFILE "/usr/share/pam-configs/encvoy" /* libpam-encvoy's */
#define FILE_MAX_BYTES (1024 * 1024)

/* --- as it is --- */

struct machine {
	unsigned pam; /* types of lines that name us, in whatever service */
	bool pam_known;
	bool names; /* both databases ask encvoy */
	bool users; /* of the daemons */
	bool runs;  /* encvoyd */
};

static void print_use(void *arg, const char *service, unsigned types)
{
	static const char *const words[] = {"auth", "account", "password", "session", "?"};
	struct machine *m = arg;
	AUTO_BUF struct buf text = {0};

	buf_init(&text, 4096);
	printf("%s  %s:", m->pam ? "" : "/etc/pam.d, services that name pam_encvoy.so:\n",
	    shown(&text, service, 200));
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (types & (1U << i))
			printf(" %s", words[i]);
	putchar('\n');
	m->pam |= types;
}

static void look_at_pam(struct machine *m)
{
	AUTO_FINDINGS struct findings f = {0};

	m->pam_known = pam_uses(print_use, m) == ERR_OK;
	if (!m->pam_known)
		puts("/etc/pam.d: not all of it can be read");
	else if (!m->pam)
		puts("/etc/pam.d: no service names pam_encvoy.so yet");
	if (!m->pam)
		return;
	check_pam(&f);
	findings_remark(&f, FOUND_WARNING);
}

static void look_at_database(struct machine *m, const struct buf *text, const char *database)
{
	AUTO_BUF struct buf safe = {0};
	struct slice line = {"", 0};

	if (!nsswitch_line((const char *)text->data, text->len, database, &line) ||
	    nsswitch_order((const char *)text->data, text->len, database) != NSS_FINE)
		m->names = false;
	line = slice_trim(line);
	buf_init(&safe, 4096);
	str_printable(&safe, line.p, line.len, 200);
	printf("  %s: %s\n", database, buf_cstr(&safe) ? buf_cstr(&safe) : "");
}

static void look_at_names(struct machine *m)
{
	AUTO_BUF struct buf text = {0};

	buf_init(&text, FILE_MAX_BYTES);
	if (file_read(NSSWITCH, 0, FILE_PUBLIC, &text) != ERR_OK || !text.len) {
		puts(NSSWITCH ": cannot be used");
		return;
	}
	m->names = true;
	puts(NSSWITCH ":");
	look_at_database(m, &text, "passwd");
	look_at_database(m, &text, "group");
}

static void look(struct machine *ret)
{
	struct local_user user;
	AUTO_FD int fd = -1;

	*ret = (struct machine){.users = localdb_user(LISTENER_USER, &user) == ERR_OK &&
					 localdb_user(ONLINE_USER, &user) == ERR_OK,
	    .runs = admin_open(&fd) == ERR_OK};
	puts("\nThis machine now:");
	printf("encvoyd: %s\n", ret->runs ? "runs" : "does not run");
	look_at_names(ret);
	look_at_pam(ret);
}

/* --- what is left --- */

static const char pam_lines[] =
    "     keep a root shell open, and put in front of the auth lines of a service,\n"
    "     for example /etc/pam.d/sshd:\n"
    "       auth    [success=1 default=ignore]                      pam_localuser.so\n"
    "       auth    [success=done user_unknown=ignore default=die]  pam_encvoy.so\n"
    "     and in front of its account lines\n"
    "       account [success=1 default=ignore]                      pam_localuser.so\n"
    "       account [success=done user_unknown=ignore default=die]  pam_encvoy.so\n"
    "     and behind its session lines\n"
    "       session optional                                        pam_encvoy.so\n";

static void advise_daemon(const struct enroll *e, const struct machine *m, int *step)
{
	if (!m->users)
		printf("  %d. Create the system users encvoy and encvoy-online: systemd-sysusers\n",
		    (*step)++);
	if (e->taken)
		return;
	printf("  %d. Start the daemon:      systemctl enable --now encvoyd\n"
	       "     or, when it runs:      systemctl reload encvoyd\n"
	       "     Without systemd:       encvoyd &\n",
	    (*step)++);
}

static void advise_login(const struct enroll *e, int *step)
{
	if (e->tested)
		return;
	if (*e->name)
		printf("  %d. Try a login:           encvoyctl login %s\n"
		       "     Go on only when that works.\n",
		    (*step)++, e->name);
	else
		printf("  %d. Try a login:           encvoyctl login encvoy-NUMBER\n"
		       "     (the user's number in Encvoy ID). Go on only when that works.\n"
		       "     A name for a person:   encvoyctl user map NUMBER NAME\n",
		    (*step)++);
}

static void advise_names(const struct machine *m, int *step)
{
	if (m->names)
		return;
	printf("  %d. Let programs see the users, in /etc/nsswitch.conf (other sources may\n"
	       "     stand behind files):\n"
	       "       passwd: files encvoy\n"
	       "       group:  files encvoy\n",
	    (*step)++);
}

static void advise_pam(const struct machine *m, int *step)
{
	if (m->pam_known && (m->pam & PAM_TYPE_AUTH) && (m->pam & PAM_TYPE_ACCOUNT))
		return;
	printf("  %d. Let them log in:", (*step)++);
	if (access(UPDATE, X_OK) == 0 && access(PROFILE, R_OK) == 0)
		fputs("       pam-auth-update --enable encvoy\n"
		      "     with a root shell kept open; --disable takes it back\n",
		    stdout);
	else
		printf("\n%s", pam_lines);
}

static void advise_ssh(int *step)
{
	if (access(SSHD_DROPIN, F_OK) != 0)
		printf("  %d. For ssh:               encvoyctl enroll --ssh\n"
		       "     (what sshd needs, and homes; --ssh --undo takes it back)\n",
		    (*step)++);
}

void enroll_next(const struct enroll *e)
{
	struct machine m;
	int step = 1;

	look(&m);
	puts("\nWhat comes next:");
	advise_daemon(e, &m, &step);
	advise_login(e, &step);
	advise_names(&m, &step);
	advise_pam(&m, &step);
	advise_ssh(&step);
	printf("  %d. Look everything over:  encvoyctl doctor\n", step);
	puts("PAM's files and nsswitch.conf were not touched. \"encvoyctl enroll --undo\" takes\n"
	     "back what was written.\n"
	     "For more than one host a signed roster tells all of them names, roles and\n"
	     "blocks: docs/fleet.md (options directory = roster, roster, roster_keys,\n"
	     "roster_fleet).");
}
