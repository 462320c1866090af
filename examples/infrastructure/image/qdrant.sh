#!/bin/bash
# A certificate as one makes it by hand, for the names given, then the stand-in.
set -euo pipefail
openssl req -x509 -newkey rsa:2048 -nodes -keyout /tmp/key.pem -out /tmp/cert.pem -days 365 \
  -subj "/O=InsightMesh/OU=Development/CN=localhost" -addext "subjectAltName=$1" 2>/dev/null
exec node /usr/local/bin/qdrant.js
