/* SPDX-License-Identifier: MIT */
#include "ctl/migrate.h"

#include "ctl/ctl.h"

#include <string.h>

/* A word for the shell; what cannot be shown is not a command either. */
static const char *quoted(struct buf *b, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				    "/._-+:@%";

	if (*text && text[strspn(text, plain)] == 0)
		return text;
	buf_reset(b);
	buf_text(b, "'");
	for (const char *p = text; *p; p++) {
		if (*p == '\'')
			buf_text(b, "'\\''");
		else
			buf_put_u8(b, (unsigned char)*p < 0x20 || *p == 0x7f ? '?' : (uint8_t)*p);
	}
	buf_text(b, "'");
	return buf_cstr(b) ? buf_cstr(b) : "?";
}

static void print_keep(const struct account *a, const char *sub)
{
	printf("\nFirst way: the account stays, and its owner signs in by Encvoy ID.\n"
	       "  in encvoy.conf:  local_user = %s:%s\n"
	       "  systemctl reload encvoyd\n"
	       "Nothing else changes: uid, files, groups and the local password stay.\n",
	    sub, a->name);
}

static void print_chown(const struct account *a, const char *uid, const struct owned_list *owned)
{
	AUTO_BUF struct buf text = {0};

	buf_init(&text, 16384);
	for (size_t i = 0; i < owned->n; i++) {
		const char *mount = quoted(&text, owned->v[i].mount);

		if (owned->v[i].files)
			printf(
			    "  find %s -xdev -uid %u -exec chown -h %s {} +\n", mount, a->uid, uid);
		if (owned->v[i].group_files)
			printf(
			    "  find %s -xdev -gid %u -exec chgrp -h %s {} +\n", mount, a->gid, uid);
	}
}

static void print_move(const struct account *a, const struct target *t, const char *sub,
    const struct owned_list *owned, const struct traces *traces)
{
	AUTO_BUF struct buf from = {0};
	AUTO_BUF struct buf to = {0};
	char uid[16] = "NEWUID";

	buf_init(&from, 16384);
	buf_init(&to, 16384);
	if (t->new_uid)
		snprintf(uid, sizeof(uid), "%u", t->new_uid);
	printf("\nSecond way: the account goes, and Encvoy ID's user takes its name and files.\n"
	       "  loginctl terminate-user %s\n",
	    a->name);
	if (traces->crontab)
		printf("  crontab -u %s -l >/root/%s.crontab\n", a->name, a->name);
	if (traces->linger)
		printf("  loginctl disable-linger %s\n", a->name);
	print_chown(a, uid, owned);
	if (*t->new_home)
		printf("  mv %s %s\n", quoted(&from, a->home), quoted(&to, t->new_home));
	printf("  userdel %s\n"
	       "  encvoyctl user map %s %s\n",
	    a->name, sub, a->name);
	if (traces->crontab)
		printf("  crontab -u %s /root/%s.crontab\n", a->name, a->name);
	if (traces->linger)
		printf("  loginctl enable-linger %s\n", a->name);
	puts("userdel also takes the subordinate ids and memberships shown above away; chown takes "
	     "set-uid bits\nand capabilities of files. sudoers lines that name the user go on "
	     "meaning this name.");
	if (!t->new_uid)
		puts("NEWUID stands for the uid that \"encvoyctl user show sub:SUB\" tells.");
}

void plan_print(const struct account *a, const struct target *t, const struct owned_list *owned,
    const struct traces *traces)
{
	const char *sub = t->sub ? t->sub : "SUB";

	print_keep(a, sub);
	print_move(a, t, sub, owned, traces);
	if (!t->sub)
		puts("SUB stands for the user's ID at Encvoy ID; --sub fills it in.");
}
