/* SPDX-License-Identifier: MIT */
/* Files with a place for each uid, which seem huge where uids are as high as ours. */
#include "ctl/checks.h"

#include <sys/stat.h>

#define HUGE_BYTES (UINT64_C(4) << 30)
#define BLOCK_BYTES 512 /* of st_blocks, whatever the file system's are */

void check_log_size(struct findings *f, const char *path, uint64_t size, uint64_t blocks)
{
	uint64_t used = blocks * BLOCK_BYTES;

	if (size < HUGE_BYTES || used > size / 16)
		return;
	found(f, FOUND_REMARK, "sparse-log",
	    "no fault: have backups keep the holes (tar -S, rsync -S, cp --sparse=always) or leave "
	    "the file out; du, without --apparent-size, tells the truth",
	    "%s seems to hold %llu GiB and takes up %llu KiB: it has a place for every uid, and "
	    "those of Encvoy ID's users are high",
	    path, (unsigned long long)(size >> 30), (unsigned long long)(used >> 10));
}

void check_logs(struct findings *f)
{
	static const char *const files[] = {
	    "/var/log/lastlog", "/var/log/faillog", "/var/log/tallylog"};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct stat st;

		if (lstat(files[i], &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
			check_log_size(f, files[i], (uint64_t)st.st_size, (uint64_t)st.st_blocks);
	}
}
