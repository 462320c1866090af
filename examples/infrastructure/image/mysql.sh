#!/bin/bash
# MariaDB with the schema of /schema.sql, made anew where there is none.
set -euo pipefail
if [ ! -d /var/lib/mysql/mysql ]; then
  chown mysql:mysql /var/lib/mysql
  mariadb-install-db --user=mysql --datadir=/var/lib/mysql --skip-test-db --auth-root-authentication-method=normal >/dev/null
fi
exec mariadbd --user=mysql --datadir=/var/lib/mysql --bind-address=0.0.0.0 --skip-name-resolve \
  --innodb-buffer-pool-size=16M --init-file=/schema.sql "$@"
