#!/bin/bash
set -euo pipefail
: "${REDIS_PASSWORD:?}"

# Through standard input, so that the password is in no process list.
exec redis-server - <<CONF
requirepass $REDIS_PASSWORD
bind * -::*
dir /data
appendonly yes
save ""
maxmemory 64mb
maxmemory-policy allkeys-lru
CONF
