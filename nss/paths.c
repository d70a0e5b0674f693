/* SPDX-License-Identifier: MIT */
#include "nss/paths.h"

#include "common/map_format.h"
#include "sys/locallists.h"

struct nss_paths nss_paths = {
    .cache_dir = ENCVOY_CACHEDIR,
    .cache_parent = ENCVOY_CACHEDIR "/..",
    .map = ENCVOY_CACHEDIR "/" USERS_MAP,
    .changes = ENCVOY_CACHEDIR "/" USERS_CHANGES,
    .gen = ENCVOY_CACHEDIR "/" USERS_GEN,
    .socket = ENCVOY_RUNDIR "/socket",
    .local_groups = LOCAL_GROUPS_FILE,
    .group = "/etc/group",
};
