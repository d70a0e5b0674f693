/* SPDX-License-Identifier: MIT */
#include "tests/unit/pam_ground.h"

#include "tests/unit/private.h"
#include "tests/unit/temp.h"

#include <limits.h>
#include <sys/stat.h>

static const char passwd[] = "root:x:0:0:root:/root:/bin/bash\n"
			     "joe:x:1000:1000:Joe:/home/joe:/bin/bash\n"
			     "toor2:x:0:0:second root:/root:/bin/bash\n"
			     "svc:x:999:999:a service:/:/usr/sbin/nologin\n"
			     "none:x:65534:65534:nobody:/:/usr/sbin/nologin\n";

static char build_dir[PATH_MAX];

void ground_passwd(bool present)
{
	if (present)
		(void)private_write("/etc/passwd", passwd);
	else
		unlink("/etc/passwd");
}

void ground_local_users(const char *text, mode_t mode)
{
	static const char path[] = "/etc/encvoy/local-users";

	(void)mkdir("/etc/encvoy", 0755);
	unlink(path);
	if (text && (!private_write(path, text) || chmod(path, mode) != 0)) {
		printf("Bail out! cannot write %s\n", path);
		exit(99);
	}
}

void ground_enter(void)
{
	const char *top = getenv("top_builddir");

	if (!realpath(top ? top : ".", build_dir)) {
		printf("Bail out! top_builddir does not exist\n");
		exit(99);
	}
	if (!private_etc()) {
		printf("1..0 # SKIP needs root or a user namespace: the module trusts only root's "
		       "sockets\n");
		exit(0);
	}
	umask(022);
	ground_passwd(true);
	temp_enter();
	mkdir("pam.d", 0755);
}

const char *ground_module(const char *file)
{
	static char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/.libs/%s", build_dir, file);
	return path;
}

static FILE *service_file(const char *name)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "pam.d/%s", name);
	f = fopen(path, "we");
	if (!f) {
		printf("Bail out! cannot write %s\n", path);
		exit(99);
	}
	return f;
}

void ground_service(const char *name, const char *args)
{
	static const char *const types[] = {"auth", "account", "session", "password"};
	FILE *f = service_file(name);

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		fprintf(
		    f, "%s required %s %s\n", types[i], ground_module("pam_encvoy_test.so"), args);
	fclose(f);
}

void ground_service_behind(const char *name, const char *args)
{
	FILE *f = service_file(name);

	fprintf(f, "auth optional %s\n", ground_module("pam_stash.so"));
	fprintf(f, "auth required %s %s\n", ground_module("pam_encvoy_test.so"), args);
	fclose(f);
}

static void remember(struct person *p, const char *text)
{
	size_t used = strlen(p->text);

	snprintf(p->text + used, sizeof(p->text) - used, "%s\n", text);
}

static char *answer(struct person *p)
{
	const char *a =
	    p->asked < sizeof(p->answers) / sizeof(p->answers[0]) ? p->answers[p->asked] : NULL;

	p->asked++;
	return a ? strdup(a) : NULL;
}

int person_converse(int n, const struct pam_message **msg, struct pam_response **ret, void *data)
{
	struct person *p = data;
	struct pam_response *r = calloc((size_t)n, sizeof(*r));

	if (p->before)
		p->before(p);
	for (int i = 0; i < n; i++) {
		remember(p, msg[i]->msg);
		if (msg[i]->msg_style == PAM_TEXT_INFO)
			p->told++;
		else if (msg[i]->msg_style == PAM_ERROR_MSG)
			p->errors++;
		else
			r[i].resp = answer(p);
		p->echoed += msg[i]->msg_style == PAM_PROMPT_ECHO_ON;
	}
	if (p->refuse) {
		for (int i = 0; i < n; i++)
			free(r[i].resp);
		free(r);
		return p->refuse;
	}
	*ret = r;
	return PAM_SUCCESS;
}

int ground_call(const char *service, const char *user, struct person *p, pam_call call, int flags)
{
	const struct pam_conv conv = {person_converse, p};
	pam_handle_t *pamh = NULL;
	const void *after = NULL;
	int rc = pam_start_confdir(service, user, &conv, "pam.d", &pamh);

	if (rc != PAM_SUCCESS) {
		printf("Bail out! pam_start: %d\n", rc);
		exit(99);
	}
	(void)pam_set_item(pamh, PAM_RHOST, "192.0.2.7");
	(void)pam_set_item(pamh, PAM_TTY, "pts/9");
	rc = call(pamh, flags);
	(void)pam_get_item(pamh, PAM_USER, &after);
	p->renamed = user && (!after || strcmp(after, user) != 0);
	pam_end(pamh, rc);
	return rc;
}
