/* SPDX-License-Identifier: MIT */
#include "ctl/enroll.h"

#include "ctl/confline.h"

static void section(struct buf *out, const char *comment, const char *key, const char *value)
{
	if (!value)
		return;
	if (comment)
		buf_printf(out, "\n# %s\n", comment);
	confline_put(out, key, value);
}

void enrolment_free(struct enrolment *v)
{
	free(v->issuer);
	free(v->client_id);
	free(v->client_secret_file);
	free(v->redirect_uri);
	free(v->allow);
	free(v->ca_file);
	free(v->host_name);
	*v = (struct enrolment){0};
}

void enroll_text(const struct enrolment *e, struct buf *out)
{
	buf_text(out, ENROLL_FIRST_LINE
	    "; encvoy.conf(5) explains every option.\n"
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
