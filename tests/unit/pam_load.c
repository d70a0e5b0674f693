/* SPDX-License-Identifier: MIT */
/* The module as a file, and what loading it does to a process. */
#include "tests/unit/elf_facts.h"
#include "tests/unit/tap.h"

#include <dirent.h>
#include <dlfcn.h>
#include <limits.h>

static char path[PATH_MAX];

static bool is_one_of(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}

static void file_facts(void)
{
	static const char *const libraries[] = {"libc.so.6", "libpam.so.0"};
	static const char *const entries[] = {"pam_sm_authenticate", "pam_sm_setcred",
	    "pam_sm_acct_mgmt", "pam_sm_open_session", "pam_sm_close_session", "pam_sm_chauthtok"};
	struct elf_facts f;

	if (!elf_facts(path, &f)) {
		ok(false, "the module can be read: %s", path);
		return;
	}
	for (size_t i = 0; i < f.n_exported; i++)
		ok(is_one_of(f.exported[i], entries, 6), "SEC-38: exports %s", f.exported[i]);
	is_int(f.n_exported, 6, "SEC-38: the six entry points, nothing else");
	ok(f.nodelete, "stays loaded: -z nodelete");
	ok(!f.executable_stack, "no executable stack");
#ifdef ENCVOY_SANITIZED
	tap_skip("SEC-38: libraries and segments", "a sanitizer brings its own");
#else
	for (size_t i = 0; i < f.n_needed; i++)
		ok(is_one_of(f.needed[i], libraries, 2), "SEC-38: needs %s", f.needed[i]);
	is_int(f.n_needed, 2, "SEC-38: libc and libpam, nothing else");
	ok(!f.tls, "SEC-38: no segment for thread-local storage");
	ok(!f.text_relocations, "SEC-38: no relocations of code");
	ok(f.bind_now, "bound when loaded");
#endif
	(void)libraries;
}

static unsigned long resident_pages(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	char line[128] = "";
	char *end;
	unsigned long size;

	if (f) {
		(void)!fgets(line, sizeof(line), f);
		fclose(f);
	}
	size = strtoul(line, &end, 10);
	(void)size;
	return strtoul(end, NULL, 10);
}

static unsigned descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (d && readdir(d))
		n++;
	closedir(d);
	return n;
}

static void loading(void)
{
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	unsigned long before;
	unsigned open_before = descriptors();
	bool good = handle != NULL;

	if (!handle)
		printf("# %s\n", dlerror());
	before = resident_pages();
	for (int i = 0; i < 10000 && good; i++) {
		good = handle && dlsym(handle, "pam_sm_authenticate") && dlclose(handle) == 0;
		handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	}
	ok(good && handle, "SEC-44: loaded and unloaded 10,000 times");
#ifdef ENCVOY_SANITIZED
	tap_skip("SEC-44: without growth", "a sanitizer keeps what was freed");
	(void)before;
#else
	ok(resident_pages() < before + 256, "SEC-44: without growth (%lu pages, then %lu)", before,
	    resident_pages());
#endif
	is_int(descriptors(), open_before, "SEC-44: without descriptors left open");
}

int main(void)
{
	const char *top = getenv("top_builddir");

	snprintf(path, sizeof(path), "%s/.libs/pam_encvoy.so", top ? top : ".");
	file_facts();
	loading();
	return tap_done();
}
