#!/bin/sh
# Works on the items of a list of Redis, one at a time, $SECONDS_PER_ITEM each. Told to end, it finishes the one it holds.
set -eu
list=$1
trap 'ending=1' TERM
while [ -z "${ending-}" ]; do
  item=$(redis-cli -u "$REDIS_URL" BLMOVE "$list" "$list:held" LEFT RIGHT 1)
  [ -n "$item" ] || continue
  sleep "${SECONDS_PER_ITEM:-1}" || true
  redis-cli -u "$REDIS_URL" LREM "$list:held" 1 "$item" >/dev/null
done
