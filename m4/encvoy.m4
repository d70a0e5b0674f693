# SPDX-License-Identifier: MIT

# ENCVOY_TRY(VARIABLE, FLAG, [compile|link]) adds FLAG to VARIABLE when the compiler takes it.
AC_DEFUN([ENCVOY_TRY], [
	AS_VAR_PUSHDEF([cache], [encvoy_cv_flag_$2])
	AC_CACHE_CHECK([whether $CC accepts $2], [cache], [
		encvoy_saved="$CFLAGS"
		CFLAGS="$CFLAGS -Werror $2"
		m4_if([$3], [link],
			[AC_LINK_IFELSE([AC_LANG_PROGRAM()], [AS_VAR_SET([cache], [yes])],
				[AS_VAR_SET([cache], [no])])],
			[AC_COMPILE_IFELSE([AC_LANG_PROGRAM()], [AS_VAR_SET([cache], [yes])],
				[AS_VAR_SET([cache], [no])])])
		CFLAGS="$encvoy_saved"
	])
	AS_VAR_IF([cache], [yes], [$1="$$1 $2"])
	AS_VAR_POPDEF([cache])
])

# Warnings and hardening, kept out of the user's CFLAGS: WARN_CFLAGS, HARDEN_CFLAGS, HARDEN_LDFLAGS.
AC_DEFUN([ENCVOY_FLAGS], [
	WARN_CFLAGS=
	m4_foreach_w([flag], [-Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wformat=2
		-Wformat-signedness -Wcast-qual -Wcast-align=strict -Wpointer-arith -Wundef
		-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wvla
		-Wwrite-strings -Wimplicit-fallthrough -Wdate-time -Wlogical-op
		-Wduplicated-cond -Wduplicated-branches -Wnull-dereference
		-Wno-missing-field-initializers],
		[ENCVOY_TRY([WARN_CFLAGS], flag)])
	AC_SUBST([WARN_CFLAGS])

	HARDEN_CFLAGS=
	m4_foreach_w([flag], [-fstack-protector-strong -fstack-clash-protection -fcf-protection
		-ftrivial-auto-var-init=zero -fno-common -ffunction-sections -fdata-sections
		-fvisibility=hidden],
		[ENCVOY_TRY([HARDEN_CFLAGS], flag, [link])])
	AC_SUBST([HARDEN_CFLAGS])

	HARDEN_LDFLAGS=
	m4_foreach_w([flag], [[-Wl,-z,relro] [-Wl,-z,now] [-Wl,-z,noexecstack] [-Wl,-z,defs]
		[-Wl,--as-needed] [-Wl,--gc-sections]],
		[ENCVOY_TRY([HARDEN_LDFLAGS], flag, [link])])
	AC_SUBST([HARDEN_LDFLAGS])
])

# --enable-werror, --enable-asan, --enable-tsan, --enable-fuzzing
AC_DEFUN([ENCVOY_OPTIONS], [
	AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [treat warnings as errors])])
	AS_VAR_IF([enable_werror], [yes], [WARN_CFLAGS="$WARN_CFLAGS -Werror"])

	AC_ARG_ENABLE([asan], [AS_HELP_STRING([--enable-asan], [AddressSanitizer and UBSan])])
	AC_ARG_ENABLE([tsan], [AS_HELP_STRING([--enable-tsan], [ThreadSanitizer])])
	AC_ARG_ENABLE([fuzzing],
		[AS_HELP_STRING([--enable-fuzzing], [build the fuzz targets with libFuzzer (clang)])])
	SAN_CFLAGS=
	AS_VAR_IF([enable_asan], [yes],
		[SAN_CFLAGS="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"])
	AS_VAR_IF([enable_tsan], [yes], [SAN_CFLAGS="-fsanitize=thread -fno-omit-frame-pointer"])
	AS_VAR_IF([enable_fuzzing], [yes],
		[SAN_CFLAGS="-fsanitize=address,undefined,fuzzer-no-link -fno-omit-frame-pointer"])
	AS_IF([test -n "$SAN_CFLAGS"], [
		# a sanitizer's run-time is no library to name: -z defs would refuse the modules
		HARDEN_LDFLAGS=
		# for tests that do less then; not in config.h, which a file may forget to include
		SAN_CFLAGS="$SAN_CFLAGS -DENCVOY_SANITIZED=1"
	], [
		ENCVOY_FORTIFY
	])
	AC_SUBST([SAN_CFLAGS])
	AM_CONDITIONAL([SANITIZED], [test -n "$SAN_CFLAGS"])
	AM_CONDITIONAL([FUZZING], [test "x$enable_fuzzing" = xyes])
])

# _FORTIFY_SOURCE needs optimisation, and a distribution may have set it already.
AC_DEFUN([ENCVOY_FORTIFY], [
	AC_CACHE_CHECK([for _FORTIFY_SOURCE], [encvoy_cv_fortify], [
		AC_COMPILE_IFELSE([AC_LANG_SOURCE([[
			#if !defined __OPTIMIZE__ || defined _FORTIFY_SOURCE
			#error leave it alone
			#endif
			int x;]])], [encvoy_cv_fortify=2], [encvoy_cv_fortify=no])])
	AS_VAR_IF([encvoy_cv_fortify], [2],
		[HARDEN_CFLAGS="$HARDEN_CFLAGS -D_FORTIFY_SOURCE=2"])
])
