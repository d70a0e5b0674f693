/* SPDX-License-Identifier: MIT */
/* The module as a file that is loaded and unloaded, where there is no daemon and no map. */
#include "tests/unit/tap.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <nss.h>
#include <pwd.h>
#include <stdint.h>

static char path[PATH_MAX];

typedef enum nss_status (*by_name)(
    const char *name, struct passwd *pw, char *buf, size_t size, int *err);

static unsigned long resident_pages(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	unsigned long pages = 0;
	char line[128] = "", *end = NULL;

	if (f && fgets(line, sizeof(line), f)) {
		(void)strtoul(line, &end, 10);
		pages = strtoul(end, NULL, 10);
	}
	if (f)
		fclose(f);
	return pages;
}

static unsigned open_descriptors(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* Loads, looks up somebody unknown and somebody reserved, unloads. */
static bool once(void)
{
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	by_name look_up;
	struct passwd pw;
	char buf[1024];
	int err = 0;
	bool good;

	if (!handle)
		return false;
	*(void **)&look_up = dlsym(handle, "_nss_encvoy_getpwnam_r");
	good = look_up && look_up("root", &pw, buf, sizeof(buf), &err) == NSS_STATUS_NOTFOUND &&
	       err == ENOENT;
	good =
	    good && look_up("nobody-here-xyz", &pw, buf, sizeof(buf), &err) != NSS_STATUS_SUCCESS;
	return dlclose(handle) == 0 && good;
}

int main(void)
{
	const char *top = getenv("top_builddir");
	unsigned long before, after;
	unsigned descriptors, bad = 0;

	snprintf(path, sizeof(path), "%s/.libs/libnss_encvoy.so.2", top ? top : ".");
	if (!ok(once(), "the module loads, and looks up: %s", path)) {
		printf("# %s\n", dlerror());
		return tap_done();
	}
	for (unsigned i = 0; i < 100; i++)
		bad += !once();
	descriptors = open_descriptors();
	before = resident_pages();
	for (unsigned i = 0; i < 10000; i++)
		bad += !once();
	after = resident_pages();
	is_int(bad, 0, "SEC-44: loaded and unloaded 10,000 times");
	is_int(open_descriptors(), descriptors, "SEC-44: no descriptor is left behind");
	ok(after <= before + 64, "SEC-44: no growth: %lu pages before, %lu after", before, after);
	return tap_done();
}
