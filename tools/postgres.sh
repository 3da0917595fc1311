#!/usr/bin/env bash
# A throwaway PostgreSQL on a socket of its own: `start` prints its address, `stop` removes it, `restart` ends it as a
# power cut would and starts it again, `database NAME` makes a database and prints its address.
set -euo pipefail
folder=${TMPDIR:-/tmp}/academy-postgres-$(id -u)

binaries() {
  for found in "$(command -v initdb 2>/dev/null || true)" /usr/lib/postgresql/*/bin/initdb /usr/local/pgsql/bin/initdb; do
    [ -x "$found" ] && dirname "$(readlink -f "$found")" && return 0
  done
  return 1
}

# The server refuses to be run by root.
as_user() {
  if [ "$(id -u)" != 0 ]; then "$@"; return; fi
  if id postgres >/dev/null 2>&1; then runuser -u postgres -- "$@"; else setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; fi
}

stop() {
  [ -d "$folder" ] || return 0
  as_user "$(binaries)/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}

start() {
  local bin
  bin=$(binaries) || return 1
  stop
  mkdir -p "$folder"
  if [ "$(id -u)" = 0 ]; then chown "$(id postgres >/dev/null 2>&1 && echo postgres || echo 65534)" "$folder"; fi
  as_user "$bin/initdb" -D "$folder/data" -U academy -A trust -E UTF8 --locale=C >/dev/null
  as_user "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" \
    -o "-k $folder -h '' -c max_connections=300" start >/dev/null
  address postgres
}

address() {
  printf 'postgres://academy@localhost/%s?host=%s\n' "$1" "$folder"
}

restart() {
  as_user "$(binaries)/pg_ctl" -D "$folder/data" -m immediate -w -l "$folder/log" restart >/dev/null
}

database() {
  as_user "$(binaries)/createdb" -h "$folder" -U academy "$1"
  address "$1"
}

"$@"
