#!/bin/sh
# What a generator leaves behind: random keys, one for everybody to read, one for its owner alone, and one where git sees it.
set -eu
cd "$(dirname "$0")"
mkdir -p generated tracked
for key in generated/stack_api_key generated/embeddings_api_key tracked/hybrid_api_key; do
  rm -f "$key"
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n' > "$key"
done
chmod 0444 generated/stack_api_key
chmod 0400 generated/embeddings_api_key
