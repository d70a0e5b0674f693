# SPDX-License-Identifier: MIT
# systemd's user database.
check_PROGRAMS += %D%/userdb_server
%C%_userdb_server_LDADD = %D%/libnsstest.la $(userdb_libs)
dist_check_SCRIPTS += %D%/userdb.t
TESTS += %D%/userdb_server %D%/userdb.t
