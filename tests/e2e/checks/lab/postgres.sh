#!/bin/bash
set -euo pipefail
export PGDATA=/var/lib/postgresql/data
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb --username=postgres --pwfile=<(printf '%s' "$POSTGRES_PASSWORD") --auth=scram-sha-256 \
    --encoding="${LAB_ENCODING:-UTF8}" --locale=C --no-sync >/dev/null
  echo "host all all all ${LAB_AUTH:-scram-sha-256}" >> "$PGDATA/pg_hba.conf"
  echo 'CREATE DATABASE shop' | postgres --single postgres >/dev/null
  [ -z "${LAB_SQL:-}" ] || postgres --single -j shop < "/lab/sql/$LAB_SQL" >/dev/null
fi
exec postgres -c listen_addresses='*' -c max_connections=40 -c unix_socket_directories=/tmp -c fsync=off
