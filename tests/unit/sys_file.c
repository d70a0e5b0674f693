/* SPDX-License-Identifier: MIT */
#include "sys/file.h"
#include "tests/unit/tap.h"
#include "tests/unit/temp.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static enum err open_as(const char *path, uid_t owner, enum file_trust trust)
{
	AUTO_FD int fd = -1;
	enum err e = file_open(path, owner, trust, &fd);

	if (e == ERR_OK && fcntl(fd, F_GETFD) != FD_CLOEXEC)
		ok(false, "the descriptor of %s is close-on-exec", path);
	return e;
}

static void modes(void)
{
	static const struct {
		mode_t mode;
		enum err public, secret;
	} cases[] = {{0600, ERR_OK, ERR_OK}, {0400, ERR_OK, ERR_OK},
	    {0644, ERR_OK, ERR_UNSAFE_FILE}, {0640, ERR_OK, ERR_UNSAFE_FILE},
	    {0604, ERR_OK, ERR_UNSAFE_FILE}, {0664, ERR_UNSAFE_FILE, ERR_UNSAFE_FILE},
	    {0646, ERR_UNSAFE_FILE, ERR_UNSAFE_FILE}, {0620, ERR_UNSAFE_FILE, ERR_UNSAFE_FILE},
	    {0601, ERR_OK, ERR_UNSAFE_FILE}};

	temp_write("plain", "x");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		chmod("plain", cases[i].mode);
		is_int(open_as("plain", getuid(), FILE_PUBLIC), cases[i].public,
		    "SEC-34: mode %04o, public", cases[i].mode);
		is_int(open_as("plain", getuid(), FILE_SECRET), cases[i].secret,
		    "SEC-34: mode %04o, secret", cases[i].mode);
	}
	chmod("plain", 0600);
}

static void kinds(void)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX, .sun_path = "sock"};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	temp_link("plain", "link");
	temp_link("nowhere", "dangling");
	mkfifo("fifo", 0600);
	mkdir("dir", 0700);
	bind(fd, (const struct sockaddr *)&sa, sizeof(sa));
	is_int(open_as("link", getuid(), FILE_PUBLIC), ERR_UNSAFE_FILE, "SEC-34: a symbolic link");
	is_int(
	    open_as("dangling", getuid(), FILE_PUBLIC), ERR_UNSAFE_FILE, "SEC-34: one to nowhere");
	is_int(open_as("fifo", getuid(), FILE_PUBLIC), ERR_UNSAFE_FILE,
	    "SEC-34: a FIFO, without waiting for a writer");
	is_int(open_as("dir", getuid(), FILE_PUBLIC), ERR_UNSAFE_FILE, "SEC-34: a directory");
	is_int(open_as("sock", getuid(), FILE_PUBLIC), ERR_UNSAFE_FILE, "SEC-34: a socket");
	is_int(open_as("/dev/null", 0, FILE_PUBLIC), ERR_UNSAFE_FILE, "SEC-34: a device");
	is_int(open_as("absent", getuid(), FILE_PUBLIC), ERR_NOT_FOUND, "no such file");
	is_int(open_as("plain/x", getuid(), FILE_PUBLIC), ERR_NOT_FOUND, "no such directory");
	close(fd);
}

static void owners(void)
{
	if (geteuid() != 0) {
		tap_skip("SEC-34: foreign owners", "only root can make files of others");
		return;
	}
	if (chown("plain", 12345, 12345) != 0) {
		tap_skip("SEC-34: foreign owners", "this namespace has no other users");
		return;
	}
	is_int(open_as("plain", 0, FILE_PUBLIC), ERR_UNSAFE_FILE, "SEC-34: a foreign owner");
	is_int(open_as("plain", 12345, FILE_PUBLIC), ERR_OK, "the owner named");
	is_int(open_as("plain", 12346, FILE_PUBLIC), ERR_UNSAFE_FILE, "SEC-34: another than named");
	(void)!chown("plain", 0, 0);
	is_int(open_as("plain", 12345, FILE_PUBLIC), ERR_OK, "root's files are good for everybody");
}

static void reading(void)
{
	AUTO_BUF struct buf b;

	buf_init(&b, 10000);
	temp_write("nine", "123456789");
	is_int(file_read("nine", getuid(), FILE_PUBLIC, &b), ERR_OK, "a file is read");
	is_str(buf_cstr(&b), "123456789", "whole");
	buf_free(&b);
	buf_init(&b, 9);
	is_int(file_read("nine", getuid(), FILE_PUBLIC, &b), ERR_OK, "of exactly the maximum");
	buf_free(&b);
	buf_init(&b, 8);
	is_int(
	    file_read("nine", getuid(), FILE_PUBLIC, &b), ERR_TOO_LONG, "one byte more is refused");
	buf_free(&b);
	buf_init(&b, 8);
	is_int(file_read("absent", getuid(), FILE_PUBLIC, &b), ERR_NOT_FOUND, "an absent one");
}

static unsigned entries(const char *beginning)
{
	return temp_count(beginning);
}

static void replacing(void)
{
	AUTO_BUF struct buf b;
	struct stat st;

	buf_init(&b, 100);
	is_int(file_replace("state", 0640, "old", 3), ERR_OK, "a new file");
	is_int(file_replace("./state", 0600, "newer", 5), ERR_OK, "is replaced");
	is_int(file_read("state", getuid(), FILE_SECRET, &b), ERR_OK, "the new one is secret");
	is_str(buf_cstr(&b), "newer", "SEC-33: and holds the new content");
	is_int(stat("state", &st) == 0 ? (st.st_mode & 07777) : 0, 0600, "with the mode asked for");
	is_int(file_replace("state", 0600, "", 0), ERR_OK, "by nothing");
	is_int(stat("state", &st) == 0 ? st.st_size : -1, 0, "which is nothing");
	is_int(file_replace("no/state", 0600, "x", 1), ERR_IO, "no directory, no file");
	mkdir("isdir", 0700);
	is_int(file_replace("isdir", 0600, "x", 1), ERR_IO, "a directory is not replaced");
	is_int(entries("isdir."), 0, "and nothing is left beside it");
	is_int(entries("state"), 1, "nor beside the others");
}

static void symlinks_are_replaced(void)
{
	AUTO_BUF struct buf b;
	struct stat st;

	buf_init(&b, 100);
	temp_write("victim", "untouched");
	temp_link("victim", "trap");
	is_int(file_replace("trap", 0600, "x", 1), ERR_OK, "writing over a link");
	ok(lstat("trap", &st) == 0 && S_ISREG(st.st_mode), "SEC-34: replaces the link");
	(void)file_read("victim", getuid(), FILE_PUBLIC, &b);
	is_str(buf_cstr(&b), "untouched", "SEC-34: and leaves what it pointed to");
}

static void directories(void)
{
	struct stat st;

	umask(0);
	is_int(dir_ensure("new", 0700, getuid()), ERR_OK, "a directory is made");
	is_int(stat("new", &st) == 0 ? (st.st_mode & 07777) : 0, 0700, "with its mode");
	is_int(dir_ensure("new", 0700, getuid()), ERR_OK, "and found");
	chmod("new", 0770);
	is_int(dir_ensure("new", 0700, getuid()), ERR_UNSAFE_FILE, "SEC-34: writable by the group");
	chmod("new", 0707);
	is_int(dir_ensure("new", 0700, getuid()), ERR_UNSAFE_FILE, "SEC-34: writable by everybody");
	chmod("new", 0755);
	is_int(dir_ensure("new", 0700, getuid() + 1), ERR_UNSAFE_FILE, "SEC-34: another's");
	is_int(dir_ensure("plain", 0700, getuid()), ERR_UNSAFE_FILE, "a file is none");
	temp_link("new", "newlink");
	is_int(
	    dir_ensure("newlink", 0700, getuid()), ERR_UNSAFE_FILE, "SEC-34: nor is a link to one");
	is_int(dir_ensure("no/where", 0700, getuid()), ERR_IO, "without its parent there is none");
}

int main(void)
{
	temp_enter();
	modes();
	kinds();
	owners();
	reading();
	replacing();
	symlinks_are_replaced();
	directories();
	return tap_done();
}
