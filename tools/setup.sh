#!/usr/bin/env bash
# Installs what is missing, says what it does, and skips what is there.
#   tools/setup.sh build   what `make run` and `make build` need
#   tools/setup.sh test    what `make test` needs besides
set -euo pipefail
cd "$(dirname "$0")/.."
# The tools are built apart from the project's own target folder.
unset CARGO_TARGET_DIR

bindgen=$(awk '/^name = "wasm-bindgen"$/ { getline; gsub(/[^0-9.]/, ""); print; exit }' Cargo.lock)
leptos=0.3.10

say() { printf 'set-up: %s\n' "$*"; }
fail() { printf 'set-up: %s\n' "$*" >&2; exit 1; }

need() { command -v "$1" >/dev/null || fail "$1 is missing: install $2"; }

build() {
  need cargo "Rust from https://rustup.rs"
  need node "Node.js 20 or newer (Debian: nodejs npm)"
  need cc "a C compiler (Debian: build-essential)"
  if [ ! -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib" ]; then
    say "adding the wasm target (seconds)"
    rustup target add wasm32-unknown-unknown
  fi
  if [ "$(cargo leptos --version 2>/dev/null | awk '{print $2}')" != "$leptos" ]; then
    say "installing cargo-leptos $leptos (seconds where a ready binary exists, else 6 to 10 minutes)"
    if ! { command -v cargo-binstall >/dev/null && cargo binstall --no-confirm "cargo-leptos@$leptos"; }; then
      CARGO_PROFILE_DEV_DEBUG=0 cargo install "cargo-leptos@$leptos" --locked --debug --force
    fi
  fi
  if [ "$(wasm-bindgen --version 2>/dev/null | awk '{print $2}')" != "$bindgen" ]; then
    say "installing the wasm-bindgen command line $bindgen (3 to 5 minutes)"
    CARGO_PROFILE_DEV_DEBUG=0 cargo install wasm-bindgen-cli --version "$bindgen" --no-default-features --debug --force
  fi
  if [ ! -x tools/node_modules/.bin/wasm-opt ]; then
    say "fetching wasm-opt (seconds)"
    npm --prefix tools ci --no-fund --no-audit --loglevel=error
  fi
}

browser() {
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    [ -n "$name" ] && command -v "$name" >/dev/null && return 0
  done
  return 1
}

tests() {
  if [ ! -d end2end/node_modules/@playwright/test ]; then
    say "fetching the browser test runner (seconds)"
    npm --prefix end2end ci --no-fund --no-audit --loglevel=error
  fi
  if ! browser; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      say "installing Chromium (a minute)"
      apt-get update -qq && apt-get install -y -qq chromium >/dev/null
    else
      fail "Chromium is missing: install it (Debian: chromium), or set CHROMIUM to its path"
    fi
  fi
}

for what in "$@"; do
  case "$what" in
    build) build ;;
    test) tests ;;
    *) fail "unknown part: $what" ;;
  esac
done
