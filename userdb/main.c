/* SPDX-License-Identifier: MIT */
/* encvoy-userdbd: our users in systemd's user database. It needs no right at all: whoever starts it
 * gives it the socket (LISTEN_FDS), or its path by --socket. */
#include "config.h"

#include "common/num.h"
#include "common/str.h"
#include "sys/file.h"
#include "userdb/answer.h"
#include "userdb/server.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LISTEN_FD 3
#define EXIT_USAGE 2
#define BACKLOG 64

static const char usage[] =
    "usage: encvoy-userdbd [--socket PATH] [--version]\n"
    "Without --socket it takes the socket that systemd hands it (LISTEN_FDS).\n";

static bool env_is(const char *name, uint64_t want)
{
	const char *text = getenv(name);
	uint64_t v = 0;

	return text && num_parse(text, strlen(text), INT32_MAX, &v) == ERR_OK && v == want;
}

static bool option_is(int fd, int option, int want)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, option, &value, &len) == 0 && value == want;
}

static bool socket_ok(int fd)
{
	return option_is(fd, SO_DOMAIN, AF_UNIX) && option_is(fd, SO_TYPE, SOCK_STREAM) &&
	       option_is(fd, SO_ACCEPTCONN, 1) && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 &&
	       fcntl(fd, F_SETFL, O_NONBLOCK) == 0;
}

static enum err bind_socket(const char *path, int *ret)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	AUTO_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct stat st;

	if (fd < 0)
		return ERR_IO;
	if (!str_copy(a.sun_path, sizeof(a.sun_path), path))
		return ERR_TOO_LONG;
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		(void)unlink(path);
	(void)umask(0111);
	if (bind(fd, (const struct sockaddr *)&a, sizeof(a)) != 0 || listen(fd, BACKLOG) != 0)
		return ERR_IO;
	*ret = take_fd(&fd);
	return ERR_OK;
}

/* NULL on a machine without one. */
static const char *machine_id(void)
{
	static char id[MACHINE_ID_LEN + 2];
	struct buf b;

	buf_init_fixed(&b, id, sizeof(id) - 1);
	if (file_read("/etc/machine-id", 0, FILE_PUBLIC, &b) != ERR_OK || b.len < MACHINE_ID_LEN)
		return NULL;
	id[MACHINE_ID_LEN] = 0;
	return strspn(id, "0123456789abcdef") == MACHINE_ID_LEN ? id : NULL;
}

static int serve(const char *path)
{
	int fd = LISTEN_FD;
	enum err e = ERR_OK;

	if (path)
		e = bind_socket(path, &fd);
	else if (!env_is("LISTEN_PID", (uint64_t)getpid()) || !env_is("LISTEN_FDS", 1))
		e = ERR_NOT_FOUND;
	if (e != ERR_OK || !socket_ok(fd)) {
		fprintf(
		    stderr, "encvoy-userdbd: no socket to listen on: %s\n%s", err_text(e), usage);
		return EXIT_USAGE;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		e = ERR_IO;
	if (e == ERR_OK)
		e = userdb_serve(fd, &userdb_limits_default, machine_id());
	if (e != ERR_OK)
		fprintf(stderr, "encvoy-userdbd: %s\n", err_text(e));
	return e == ERR_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("encvoy-userdbd " PACKAGE_VERSION);
		return EXIT_SUCCESS;
	}
	if (argc == 1)
		return serve(NULL);
	if (argc == 3 && strcmp(argv[1], "--socket") == 0)
		return serve(argv[2]);
	fputs(usage, stderr);
	return EXIT_USAGE;
}
