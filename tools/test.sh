#!/usr/bin/env bash
# All that CI runs, the fast first; each step says how long it took.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
export CARGO_INCREMENTAL=${CARGO_INCREMENTAL:-0}
export RUSTDOCFLAGS=${RUSTDOCFLAGS:--D warnings}

times=()
step() {
  local name=$1 started=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  "$@"
  times+=("$(printf '%4d s  %s' $((SECONDS - started)) "$name")")
}

wasm_clippy() {
  cargo clippy --package app --lib --target wasm32-unknown-unknown --features hydrate -- -D warnings
}

postgres() {
  local url
  if ! url=$(tools/postgres.sh start); then
    printf '\n!! PostgreSQL SKIPPED: no server binaries found (Debian: postgresql). SQLite alone was tested.\n\n'
    return 0
  fi
  trap 'tools/postgres.sh stop' EXIT
  export TEST_POSTGRES_URL=$url
  cargo test --package testkit --test it
  cargo test --package server --test rehearse
  unset TEST_POSTGRES_URL
  tools/postgres.sh stop
  trap - EXIT
}

size_budget() {
  local wasm size
  wasm=$(ls "$CARGO_TARGET_DIR"/site/pkg/*.wasm)
  size=$(gzip -9c "$wasm" | wc -c)
  printf 'wasm: %d bytes, gzip %d\n' "$(wc -c <"$wasm")" "$size"
  [ "$size" -le 200000 ] || { echo "the islands are over their budget of 200 000 bytes (gzip)"; return 1; }
}

browsers() {
  cargo build --package testkit --bin timed-server
  (cd end2end && npx playwright test)
}

step "formatting" cargo fmt --all --check
step "lints" cargo clippy --workspace --all-targets -- -D warnings
step "lints of the islands" wasm_clippy
step "tests on SQLite" cargo test --workspace
step "tests on PostgreSQL" postgres
step "site" tools/site.sh
step "size budget" size_budget
step "browser tests" browsers
step "documentation" cargo doc --workspace --no-deps --quiet

printf '\n== time taken\n'
printf '%s\n' "${times[@]}"
