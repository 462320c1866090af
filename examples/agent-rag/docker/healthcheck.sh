#!/bin/bash
# A Node process for every probe would cost more than the service that it probes.
exec 3<>/dev/tcp/127.0.0.1/"${PORT:-8080}" || exit 1
printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "${1:-/health}" >&3
read -r -t 2 _ status _ <&3
[ "$status" = 200 ]
