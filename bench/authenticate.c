/* SPDX-License-Identifier: MIT */
/* authenticate SERVICE USER [PAUSE]: a pam_authenticate(3) for each line of standard input, which
 * is its answer, PAUSE ms apart; prints how long one took, in ms: the median, and the slowest of
 * all but one in twenty. */
#include "bench/people.h"

#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LOGINS_MAX 100000

static int converse(
    int n, const struct pam_message **messages, struct pam_response **ret, void *arg)
{
	struct pam_response *r = calloc((size_t)n, sizeof(*r));

	if (!r)
		return PAM_BUF_ERR;
	for (int i = 0; i < n; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
			r[i].resp = strdup(arg);
	*ret = r;
	return PAM_SUCCESS;
}

static uint64_t once(const char *service, const char *user, char *answer)
{
	struct pam_conv conv = {converse, answer};
	pam_handle_t *h = NULL;
	uint64_t ns;
	int rc;

	if (pam_start(service, user, &conv, &h) != PAM_SUCCESS)
		give_up("pam_start");
	ns = now_ns();
	rc = pam_authenticate(h, 0);
	ns = now_ns() - ns;
	if (rc != PAM_SUCCESS)
		give_up(pam_strerror(h, rc));
	pam_end(h, rc);
	return ns;
}

int main(int argc, char **argv)
{
	static uint64_t ns[LOGINS_MAX];
	struct timespec pause = {0};
	char *line = NULL;
	size_t room = 0, n = 0;

	if (argc != 3 && argc != 4)
		give_up("usage: authenticate SERVICE USER [PAUSE]");
	if (argc == 4)
		pause.tv_nsec = (long)number_arg(argv[3], 999) * 1000000;
	for (ssize_t len; n < LOGINS_MAX && (len = getline(&line, &room, stdin)) > 1; n++) {
		line[len - 1] = 0;
		(void)nanosleep(&pause, NULL);
		ns[n] = once(argv[1], argv[2], line);
	}
	free(line);
	if (!n)
		give_up("no answers");
	sort_ns(ns, n);
	printf("%.3f %.3f\n", (double)ns[n / 2] / 1e6, (double)ns[n - 1 - n / 20] / 1e6);
	return 0;
}
