/* SPDX-License-Identifier: MIT */
#include "sys/conffile.h"
#include "tests/unit/private.h"
#include "tests/unit/tap.h"
#include "tests/unit/temp.h"

#include <sys/stat.h>

static struct conf_error error;

static enum err load(struct conf *c)
{
	error = (struct conf_error){0};
	return conffile_load("etc", c, &error);
}

static enum err load_and_free(void)
{
	AUTO_CONF struct conf c = {0};

	return load(&c);
}

static void start(void)
{
	mkdir("etc", 0755);
	temp_write(
	    "etc/encvoy.conf", "issuer = https://id.example\nclient_id = host\nshell = /a\n");
}

static void whole(void)
{
	AUTO_CONF struct conf c = {0};

	is_int(load_and_free(), ERR_NOT_FOUND, "no configuration");
	is_str(error.file, "etc/encvoy.conf", "is said with its path");
	start();
	is_int(load(&c), ERR_OK, "a file alone");
	is_str(c.issuer, "https://id.example", "is read");
	is_str(c.shell, "/a", "all of it");
}

static void drop_ins(void)
{
	AUTO_CONF struct conf c = {0};

	mkdir("etc/encvoy.conf.d", 0755);
	temp_write("etc/encvoy.conf.d/20-b.conf", "shell = /c\n");
	temp_write("etc/encvoy.conf.d/10-a.conf", "shell = /b\nclient_id = other\n");
	temp_write("etc/encvoy.conf.d/30-c.conf.bak", "shell = /d\n");
	temp_write("etc/encvoy.conf.d/.40.conf", "shell = /e\n");
	temp_write("etc/encvoy.conf.d/.conf", "shell = /f\n");
	temp_write("etc/encvoy.conf.d/50-e.conf~", "shell = /g\n");
	is_int(load(&c), ERR_OK, "drop-ins");
	is_str(c.shell, "/c", "in the order of their names, nothing but *.conf");
	is_str(c.service.client_id, "other", "all of them");
	temp_write("etc/encvoy.conf.d/30-bad.conf", "\nfrobnicate = 1\n");
	is_int(load_and_free(), ERR_CONFIG, "an error in a drop-in");
	is_str(error.file, "etc/encvoy.conf.d/30-bad.conf", "is said with its path");
	is_int(error.line, 2, "and line");
	unlink("etc/encvoy.conf.d/30-bad.conf");
}

static void trust(void)
{
	static const char *const files[] = {"etc/encvoy.conf", "etc/encvoy.conf.d/10-a.conf"};

	for (size_t i = 0; i < 2; i++) {
		chmod(files[i], 0664);
		is_int(
		    load_and_free(), ERR_UNSAFE_FILE, "SEC-34: %s writable by its group", files[i]);
		is_str(error.file, files[i], "is said with its path");
		chmod(files[i], 0644);
		rename(files[i], "etc/aside");
		temp_link("/proc/self/cwd/etc/aside", files[i]);
		is_int(load_and_free(), ERR_UNSAFE_FILE, "SEC-34: %s a link", files[i]);
		unlink(files[i]);
		mkfifo(files[i], 0600);
		is_int(load_and_free(), ERR_UNSAFE_FILE, "SEC-34: %s a FIFO", files[i]);
		unlink(files[i]);
		rename("etc/aside", files[i]);
		if (chown(files[i], 12345, 0) != 0) {
			tap_skip("SEC-34: foreign owner", "this namespace has no other users");
			continue;
		}
		is_int(load_and_free(), ERR_UNSAFE_FILE, "SEC-34: %s foreign-owned", files[i]);
		(void)!chown(files[i], 0, 0);
	}
	is_int(load_and_free(), ERR_OK, "all is well again");
	chmod("etc/encvoy.conf.d", 0777);
	is_int(
	    load_and_free(), ERR_UNSAFE_FILE, "SEC-34: the directory of drop-ins writable by all");
	chmod("etc/encvoy.conf.d", 0755);
	rename("etc/encvoy.conf.d", "etc/aside.d");
	temp_link("aside.d", "etc/encvoy.conf.d");
	is_int(load_and_free(), ERR_UNSAFE_FILE, "SEC-34: the directory of drop-ins a link");
	unlink("etc/encvoy.conf.d");
	temp_write("etc/encvoy.conf.d", "");
	is_int(load_and_free(), ERR_UNSAFE_FILE, "a file in its place");
	unlink("etc/encvoy.conf.d");
	rename("etc/aside.d", "etc/encvoy.conf.d");
}

static void size(void)
{
	FILE *f = fopen("etc/encvoy.conf.d/90.conf", "we");

	for (int i = 0; i < 1024 * 1024 / 16 + 1; i++)
		fputs("###############\n", f);
	fclose(f);
	is_int(load_and_free(), ERR_TOO_LONG, "a file above 1 MiB");
	unlink("etc/encvoy.conf.d/90.conf");
	temp_write("etc/encvoy.conf", "");
	is_int(load_and_free(), ERR_CONFIG, "an empty file is no configuration");
}

int main(void)
{
	if (!private_user()) {
		printf("1..0 # SKIP needs root or a user namespace\n");
		return 0;
	}
	umask(022);
	temp_enter();
	whole();
	drop_ins();
	trust();
	size();
	return tap_done();
}
