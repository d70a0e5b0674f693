/* SPDX-License-Identifier: MIT */
#include "userdb/write.h"

#include "userdb/request.h"

#include <string.h>

static void put_chars(struct buf *out, const char *text, size_t len)
{
	buf_text(out, "\"");
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f)
			buf_printf(out, "\\u%04x", c);
		else
			buf_put_u8(out, c);
	}
	buf_text(out, "\"");
}

static void put_string(struct buf *out, const char *key, const char *text)
{
	buf_printf(out, "\"%s\":", key);
	put_chars(out, text, strlen(text));
}

static void end(struct buf *out, const char *text)
{
	buf_put(out, text, strlen(text) + 1);
}

void write_error(struct buf *out, const char *name)
{
	buf_text(out, "{");
	put_string(out, "error", name);
	end(out, ",\"parameters\":{}}");
}

/* Who manages the record is told by its status, and that holds for this machine. */
static void end_record(struct buf *out, const char *machine_id)
{
	buf_text(out, ",\"disposition\":\"regular\"");
	if (machine_id)
		buf_printf(
		    out, ",\"status\":{\"%s\":{\"service\":\"%s\"}}", machine_id, USERDB_SERVICE);
	end(out, "},\"incomplete\":false}}");
}

void write_user(struct buf *out, const struct passwd *pw, const char *machine_id)
{
	size_t real_name = strcspn(pw->pw_gecos, ",");

	buf_text(out, "{\"parameters\":{\"record\":{");
	put_string(out, "userName", pw->pw_name);
	buf_printf(out, ",\"uid\":%u,\"gid\":%u,", pw->pw_uid, pw->pw_gid);
	if (real_name) {
		buf_text(out, "\"realName\":");
		put_chars(out, pw->pw_gecos, real_name);
		buf_text(out, ",");
	}
	put_string(out, "homeDirectory", pw->pw_dir);
	buf_text(out, ",");
	put_string(out, "shell", pw->pw_shell);
	end_record(out, machine_id);
}

void write_group(struct buf *out, const struct group *gr, const char *machine_id)
{
	buf_text(out, "{\"parameters\":{\"record\":{");
	put_string(out, "groupName", gr->gr_name);
	buf_printf(out, ",\"gid\":%u", gr->gr_gid);
	for (char **m = gr->gr_mem; *m; m++) {
		buf_text(out, m == gr->gr_mem ? ",\"members\":[" : ",");
		put_chars(out, *m, strlen(*m));
	}
	if (*gr->gr_mem)
		buf_text(out, "]");
	end_record(out, machine_id);
}

void write_membership(struct buf *out, const char *user, const char *group, bool continues)
{
	buf_text(out, "{\"parameters\":{");
	put_string(out, "userName", user);
	buf_text(out, ",");
	put_string(out, "groupName", group);
	end(out, continues ? "},\"continues\":true}" : "}}");
}

void write_continued(struct buf *out, const void *reply, size_t len)
{
	/* in the place of the last brace and the NUL */
	buf_put(out, reply, len - 2);
	end(out, ",\"continues\":true}");
}
