/* SPDX-License-Identifier: MIT */
/* What libnss_encvoy.so.2 exports, as glibc calls it. */
#ifndef ENCVOY_NSS_NSS_ENCVOY_H
#define ENCVOY_NSS_NSS_ENCVOY_H

#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stddef.h>
#include <sys/types.h>

#define NSS_EXPORT __attribute__((visibility("default")))

NSS_EXPORT enum nss_status _nss_encvoy_getpwnam_r(
    const char *name, struct passwd *result, char *buffer, size_t buflen, int *errnop);
NSS_EXPORT enum nss_status _nss_encvoy_getpwuid_r(
    uid_t uid, struct passwd *result, char *buffer, size_t buflen, int *errnop);
NSS_EXPORT enum nss_status _nss_encvoy_getgrnam_r(
    const char *name, struct group *result, char *buffer, size_t buflen, int *errnop);
NSS_EXPORT enum nss_status _nss_encvoy_getgrgid_r(
    gid_t gid, struct group *result, char *buffer, size_t buflen, int *errnop);
NSS_EXPORT enum nss_status _nss_encvoy_initgroups_dyn(const char *user, gid_t group, long *start,
    long *size, gid_t **groupsp, long limit, int *errnop);

NSS_EXPORT enum nss_status _nss_encvoy_setpwent(int stay_open);
NSS_EXPORT enum nss_status _nss_encvoy_getpwent_r(
    struct passwd *result, char *buffer, size_t buflen, int *errnop);
NSS_EXPORT enum nss_status _nss_encvoy_endpwent(void);
NSS_EXPORT enum nss_status _nss_encvoy_setgrent(int stay_open);
NSS_EXPORT enum nss_status _nss_encvoy_getgrent_r(
    struct group *result, char *buffer, size_t buflen, int *errnop);
NSS_EXPORT enum nss_status _nss_encvoy_endgrent(void);

#endif
