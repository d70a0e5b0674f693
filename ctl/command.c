/* SPDX-License-Identifier: MIT */
#include "ctl/command.h"

#include "common/str.h"
#include "ctl/ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#define LINE_MAX_BYTES 500

static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
static char locale[] = "LC_ALL=C.UTF-8";
static char questions[] = "DEBIAN_FRONTEND=noninteractive";
static char *const environment[] = {path, locale, questions, NULL};

static bool arrange(posix_spawn_file_actions_t *actions, int output)
{
	return posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0) == 0 &&
	       posix_spawn_file_actions_adddup2(actions, output, 1) == 0 &&
	       posix_spawn_file_actions_adddup2(actions, output, 2) == 0;
}

/* posix_spawn takes arguments that it promises not to change as if it could. */
static enum err start(const char *const argv[], int output, pid_t *ret)
{
	posix_spawn_file_actions_t actions;
	char **args = (char **)(uintptr_t)argv;
	int code;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return ERR_NOMEM;
	code = arrange(&actions, output)
		   ? posix_spawn(ret, args[0], &actions, NULL, args, environment)
		   : ENOMEM;
	posix_spawn_file_actions_destroy(&actions);
	if (code == ENOENT || code == EACCES)
		return ERR_NOT_FOUND;
	return code == 0 ? ERR_OK : ERR_IO;
}

/* To the end, also of what there is no room for: who cannot write would not end. */
static void drain(int fd, struct buf *output)
{
	char piece[4096];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0 && output->len + (size_t)n <= output->max)
			buf_put(output, piece, (size_t)n);
}

static enum err await(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return ERR_IO;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? ERR_OK : ERR_PERMISSION;
}

enum err command_run(const char *const argv[], struct buf *output)
{
	AUTO_FD int from = -1;
	AUTO_FD int to = -1;
	pid_t pid = -1;
	int ends[2];
	enum err e;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return ERR_IO;
	from = ends[0];
	to = ends[1];
	e = start(argv, to, &pid);
	close_fd(&to);
	if (e != ERR_OK)
		return e;
	drain(from, output);
	return await(pid);
}

void command_tell(const struct buf *output)
{
	struct slice rest = {(const char *)output->data, output->len}, line;
	AUTO_BUF struct buf text = {0};

	buf_init(&text, 4 * LINE_MAX_BYTES + 16);
	while (output->len && slice_next(&rest, "\r\n", &line)) {
		buf_reset(&text);
		str_printable(&text, line.p, line.len, LINE_MAX_BYTES);
		if (buf_cstr(&text))
			remark("  %s", buf_cstr(&text));
	}
}
