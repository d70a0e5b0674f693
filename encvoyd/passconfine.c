/* SPDX-License-Identifier: MIT */
/* What a passphrase child may still do, as a seccomp filter (seccomp(2), in classic BPF). */
#include "encvoyd/passwork.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined __x86_64__
#define ARCH AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define ARCH AUDIT_ARCH_AARCH64
#elif defined __riscv
#define ARCH AUDIT_ARCH_RISCV64
#elif defined __powerpc64__ && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCH AUDIT_ARCH_PPC64LE
#elif defined __s390x__
#define ARCH AUDIT_ARCH_S390X
#else
#error "say here what audit calls this machine"
#endif

#define WRITING (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, (what))
#define ALLOW(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1), RETURN(SECCOMP_RET_ALLOW)

/* args[2], the flags of openat, by its lower half */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define FLAGS_AT (offsetof(struct seccomp_data, args) + 2 * sizeof(uint64_t))
#else
#define FLAGS_AT (offsetof(struct seccomp_data, args) + 2 * sizeof(uint64_t) + 4)
#endif

static const struct sock_filter filter[] = {
    LOAD(arch),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
    RETURN(SECCOMP_RET_KILL_PROCESS),
    LOAD(nr),
    /* the socket that is there */
    ALLOW(recvfrom),
    ALLOW(sendto),
    ALLOW(read),
    ALLOW(write),
    ALLOW(close),
    /* memory, time, randomness */
    ALLOW(brk),
    ALLOW(mmap),
    ALLOW(munmap),
    ALLOW(mremap),
    ALLOW(mprotect),
    ALLOW(madvise),
    ALLOW(mlock),
    ALLOW(mlock2),
    ALLOW(munlock),
    ALLOW(futex),
    ALLOW(getrandom),
    ALLOW(clock_gettime),
    ALLOW(sched_yield),
    ALLOW(getpid),
    ALLOW(gettid),
    ALLOW(getuid),
    ALLOW(geteuid),
    ALLOW(getgid),
    ALLOW(getegid),
    ALLOW(rt_sigprocmask),
    ALLOW(rt_sigreturn),
    ALLOW(restart_syscall),
    ALLOW(exit),
    ALLOW(exit_group),
#ifdef ENCVOY_SANITIZED
    ALLOW(sigaltstack), /* AddressSanitizer asks for it before _exit */
#endif
    /* libpwquality's configuration and word lists */
    ALLOW(lseek),
    ALLOW(newfstatat),
    ALLOW(fstat),
    ALLOW(getdents64),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 1, 0),
    RETURN(SECCOMP_RET_ERRNO | EPERM),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FLAGS_AT),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, WRITING, 0, 1),
    RETURN(SECCOMP_RET_ERRNO | EPERM),
    RETURN(SECCOMP_RET_ALLOW),
};

static enum err filter_calls(void)
{
	struct sock_fprog program = {.len = sizeof(filter) / sizeof(filter[0])};
	union {
		const struct sock_filter *in;
		struct sock_filter *out;
	} unconst = {.in = filter};

	program.filter = unconst.out;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
		return ERR_IO;
	return ERR_OK;
}

enum err passwork_confine(int *fd)
{
	const struct rlimit none = {0, 0};

	if (*fd != 3 && dup2(*fd, 3) != 3)
		return ERR_IO;
	*fd = 3;
	if (syscall(SYS_close_range, 4U, ~0U, 0U) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		return ERR_IO;
	return filter_calls();
}
