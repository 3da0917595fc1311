#!/usr/bin/env bash
# Faults on purpose, the long way: each run lets candidates sit the test while something goes wrong, and then searches
# the database for every answer that was acknowledged. CANDIDATES, MINUTES, KILLS and SEED change how.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
export LEPTOS_SITE_ROOT=${LEPTOS_SITE_ROOT:-$CARGO_TARGET_DIR/site}
export SERVER=${SERVER:-$CARGO_TARGET_DIR/release/server}
kills=${KILLS:-20}
sitting=(--candidates "${CANDIDATES:-100}" --minutes "${MINUTES:-2}" --sign-ins 0)
[ -z "${SEED:-}" ] || sitting+=(--seed "$SEED")

summary=()
missed=0
run() {
  local name=$1 word=held started=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  "$@" || { word=MISSED missed=1; }
  summary+=("$(printf '%-7s %4d s  %s' "$word" $((SECONDS - started)) "$name")")
}

skip() {
  printf '\n!! %s: SKIPPED: %s\n' "$1" "$2"
  summary+=("$(printf '%-7s %4s    %s' skipped '' "$1")")
}

rehearse() {
  "$SERVER" rehearse "${sitting[@]}" "$@"
}

on_postgres() {
  local database
  database=$(tools/postgres.sh database "$1")
  shift
  rehearse --database "$database" "$@"
}

# A disk of its own, seen by nobody else, that goes away with the run. What the server frees is taken again.
on_a_small_disk() {
  local folder
  folder=$(mktemp -d)
  export FILL=$folder/fill
  unshare --map-root-user --mount bash -euc '
    mount -t tmpfs -o size=96m small "$1"
    shift
    exec "$SERVER" rehearse --folder "$(dirname "$FILL")" "$@"
  ' - "$folder" "${sitting[@]}" --disturb '
    until=$(($(date +%s) + 5))
    while [ "$(date +%s)" -lt "$until" ]; do cat /dev/zero >>"$FILL" 2>/dev/null || true; done
    rm "$FILL"
  ' || { rmdir "$folder"; return 1; }
  rmdir "$folder"
}

small_disk='the disk is full for five seconds: SQLite'
run "a server is killed $kills times: SQLite" rehearse --kill "$kills"
if unshare --map-root-user --mount true 2>/dev/null; then
  run "$small_disk" on_a_small_disk
else
  skip "$small_disk" 'this system lets nobody mount a disk of their own'
fi

if tools/postgres.sh start >/dev/null; then
  trap 'tools/postgres.sh stop' EXIT
  run "a server is killed $kills times: PostgreSQL" on_postgres one --kill "$kills"
  run "two servers are killed $kills times, the first time for good: PostgreSQL" \
    on_postgres two --servers 2 --kill "$kills"
  run 'PostgreSQL is restarted' on_postgres three --disturb "tools/postgres.sh restart"
  run 'two servers are killed, and PostgreSQL is restarted' \
    on_postgres four --servers 2 --kill "$kills" --disturb "tools/postgres.sh restart"
else
  skip 'all runs on PostgreSQL' 'no server binaries found (Debian: postgresql)'
fi

printf '\n== faults\n'
printf '%s\n' "${summary[@]}"
exit "$missed"
