/* SPDX-License-Identifier: MIT */
#include "tests/unit/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <security/pam_ext.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static __thread struct {
	bool armed;
	bool paused;
	bool allocations_only;
	unsigned calls;
	unsigned at;     /* fail this call, or */
	unsigned one_in; /* fail by chance */
	uint32_t noise;
	enum fault_flavour flavour;
	unsigned fired;
	const char *name;
	bool harmless;
} state;

static void arm(void)
{
	state.armed = true;
	state.allocations_only = false;
	state.calls = state.fired = state.at = state.one_in = 0;
	state.name = "";
	state.harmless = false;
}

void fault_at(unsigned n, enum fault_flavour flavour)
{
	arm();
	state.at = n;
	state.flavour = flavour;
}

void fault_random(uint32_t seed, unsigned n)
{
	arm();
	state.one_in = n;
	state.noise = seed * 2654435761U + 1;
}

void fault_alloc(unsigned n)
{
	arm();
	state.at = n;
	state.flavour = FAULT_HARD;
	state.allocations_only = true;
}

unsigned fault_stop(void)
{
	state.armed = false;
	return state.fired;
}

void fault_pause(bool pause)
{
	state.paused = pause;
}

const char *fault_name(void)
{
	return state.name;
}

bool fault_harmless(void)
{
	return state.harmless;
}

static uint32_t noise(void)
{
	state.noise ^= state.noise << 13;
	state.noise ^= state.noise >> 17;
	state.noise ^= state.noise << 5;
	return state.noise;
}

/* What the function can do: hard always; the others where it says so. */
enum {
	CAN_SOFT = 1,
	CAN_SHORT = 2,
	ALLOCATES = 4,
	HARMLESS = 8,
	NOT_BY_CHANCE = 16,
	NOT_HARD = 32,
};

/* True when this call is to fail, with the flavour in state.flavour. */
static bool fails(const char *name, unsigned what, int error)
{
	if (!state.armed || state.paused || (state.allocations_only && !(what & ALLOCATES)))
		return false;
	state.calls++;
	if (state.one_in) {
		if ((what & NOT_BY_CHANCE) || noise() % state.one_in)
			return false;
		state.flavour = (enum fault_flavour)(noise() % 3);
	} else if (state.calls != state.at) {
		return false;
	}
	if ((state.flavour == FAULT_HARD && (what & NOT_HARD)) ||
	    (state.flavour == FAULT_SOFT && !(what & CAN_SOFT)) ||
	    (state.flavour == FAULT_SHORT && !(what & CAN_SHORT)))
		return false;
	state.fired++;
	state.name = name;
	state.harmless = what & HARMLESS;
	errno = state.flavour == FAULT_SOFT ? (state.calls % 2 ? EINTR : EAGAIN) : error;
	return true;
}

#define WRAP(type, name, args)   \
	type __real_##name args; \
	type __wrap_##name args; \
	type __wrap_##name args

/* With 64-bit offsets the headers put these names in the place of the plain ones. */
#define ALSO64(type, name, args) type __wrap_##name##64 args __attribute__((alias("__wrap_" #name)))

WRAP(void *, malloc, (size_t size))
{
	return fails("malloc", ALLOCATES, ENOMEM) ? NULL : __real_malloc(size);
}

WRAP(void *, calloc, (size_t n, size_t size))
{
	return fails("calloc", ALLOCATES, ENOMEM) ? NULL : __real_calloc(n, size);
}

WRAP(void *, realloc, (void *p, size_t size))
{
	return fails("realloc", ALLOCATES, ENOMEM) ? NULL : __real_realloc(p, size);
}

WRAP(char *, strdup, (const char *s))
{
	return fails("strdup", ALLOCATES, ENOMEM) ? NULL : __real_strdup(s);
}

WRAP(char *, strndup, (const char *s, size_t n))
{
	return fails("strndup", ALLOCATES, ENOMEM) ? NULL : __real_strndup(s, n);
}

WRAP(void *, mmap, (void *addr, size_t len, int prot, int flags, int fd, off_t offset))
{
	return fails("mmap", ALLOCATES, ENOMEM) ? MAP_FAILED
						: __real_mmap(addr, len, prot, flags, fd, offset);
}

ALSO64(void *, mmap, (void *addr, size_t len, int prot, int flags, int fd, off_t offset));

WRAP(int, mlock, (const void *addr, size_t len))
{
	return fails("mlock", HARMLESS, ENOMEM) ? -1 : __real_mlock(addr, len);
}

WRAP(int, madvise, (void *addr, size_t len, int advice))
{
	return fails("madvise", HARMLESS, EINVAL) ? -1 : __real_madvise(addr, len, advice);
}

WRAP(int, socket, (int domain, int type, int protocol))
{
	return fails("socket", 0, EMFILE) ? -1 : __real_socket(domain, type, protocol);
}

WRAP(int, connect, (int fd, const struct sockaddr *sa, socklen_t len))
{
	return fails("connect", 0, ECONNREFUSED) ? -1 : __real_connect(fd, sa, len);
}

WRAP(int, getsockopt, (int fd, int level, int name, void *value, socklen_t *len))
{
	return fails("getsockopt", 0, EBADF) ? -1 : __real_getsockopt(fd, level, name, value, len);
}

WRAP(ssize_t, send, (int fd, const void *bytes, size_t len, int flags))
{
	if (!fails("send", CAN_SOFT | CAN_SHORT, EIO))
		return __real_send(fd, bytes, len, flags);
	return state.flavour == FAULT_SHORT ? (ssize_t)(len / 2) : -1;
}

WRAP(ssize_t, recv, (int fd, void *bytes, size_t size, int flags))
{
	ssize_t n;

	if (fails("recv", CAN_SOFT, EIO))
		return -1;
	n = __real_recv(fd, bytes, size, flags);
	/* counted as a call of its own */
	return n > 1 && fails("short recv", CAN_SHORT | NOT_HARD, 0) ? n / 2 : n;
}

WRAP(int, poll, (struct pollfd * fds, nfds_t n, int timeout))
{
	if (!fails("poll", CAN_SOFT, ENOMEM))
		return __real_poll(fds, n, timeout);
	if (state.flavour == FAULT_SOFT)
		errno = EINTR;
	return -1;
}

WRAP(int, fstat, (int fd, struct stat *st))
{
	/* the last one only decides whether the descriptor is closed */
	return fails("fstat", HARMLESS | NOT_BY_CHANCE, EBADF) ? -1 : __real_fstat(fd, st);
}

ALSO64(int, fstat, (int fd, struct stat *st));

WRAP(FILE *, fopen, (const char *path, const char *mode))
{
	return fails("fopen", 0, EMFILE) ? NULL : __real_fopen(path, mode);
}

ALSO64(FILE *, fopen, (const char *path, const char *mode));

WRAP(int, fgetpwent_r, (FILE * f, struct passwd *pw, char *line, size_t size, struct passwd **ret))
{
	if (!fails("fgetpwent_r", 0, EIO))
		return __real_fgetpwent_r(f, pw, line, size, ret);
	*ret = NULL;
	return EIO;
}

WRAP(int, open, (const char *path, int flags, ...))
{
	mode_t mode = 0;
	va_list ap;

	va_start(ap, flags);
	if (flags & O_CREAT)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	return fails("open", 0, EMFILE) ? -1 : __real_open(path, flags, mode);
}

ALSO64(int, open, (const char *path, int flags, ...));

WRAP(ssize_t, read, (int fd, void *bytes, size_t size))
{
	if (!fails("read", CAN_SOFT | CAN_SHORT, EIO))
		return __real_read(fd, bytes, size);
	if (state.flavour == FAULT_SOFT)
		errno = EINTR;
	return state.flavour == FAULT_SHORT ? __real_read(fd, bytes, size / 2) : -1;
}

WRAP(ssize_t, write, (int fd, const void *bytes, size_t len))
{
	if (!fails("write", CAN_SOFT | CAN_SHORT, ENOSPC))
		return __real_write(fd, bytes, len);
	if (state.flavour == FAULT_SOFT)
		errno = EINTR;
	return state.flavour == FAULT_SHORT ? __real_write(fd, bytes, (len + 1) / 2) : -1;
}

WRAP(int, fsync, (int fd))
{
	return fails("fsync", 0, EIO) ? -1 : __real_fsync(fd);
}

WRAP(int, fchmod, (int fd, mode_t mode))
{
	return fails("fchmod", 0, EIO) ? -1 : __real_fchmod(fd, mode);
}

WRAP(int, mkostemp, (char *path, int flags))
{
	return fails("mkostemp", 0, ENOSPC) ? -1 : __real_mkostemp(path, flags);
}

ALSO64(int, mkostemp, (char *path, int flags));

WRAP(int, rename, (const char *from, const char *to))
{
	return fails("rename", 0, ENOSPC) ? -1 : __real_rename(from, to);
}

WRAP(ssize_t, readlink, (const char *path, char *target, size_t size))
{
	return fails("readlink", HARMLESS, ENOENT) ? -1 : __real_readlink(path, target, size);
}

WRAP(int, pam_get_user, (pam_handle_t * pamh, const char **user, const char *prompt))
{
	return fails("pam_get_user", 0, 0) ? PAM_BUF_ERR : __real_pam_get_user(pamh, user, prompt);
}

WRAP(int, pam_get_item, (const pam_handle_t *pamh, int item, const void **value))
{
	unsigned what = item == PAM_TTY || item == PAM_AUTHTOK ? HARMLESS : 0;

	return fails("pam_get_item", what, 0) ? PAM_BUF_ERR
					      : __real_pam_get_item(pamh, item, value);
}

int __wrap_pam_prompt(pam_handle_t *pamh, int style, char **response, const char *fmt, ...);

__attribute__((format(printf, 4, 5))) int __wrap_pam_prompt(
    pam_handle_t *pamh, int style, char **response, const char *fmt, ...)
{
	va_list ap;
	int rc;

	if (fails("pam_prompt", style == PAM_ERROR_MSG ? HARMLESS : 0, 0))
		return PAM_CONV_ERR;
	va_start(ap, fmt);
	rc = pam_vprompt(pamh, style, response, fmt, ap);
	va_end(ap);
	return rc;
}
