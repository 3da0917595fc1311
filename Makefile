# Everything has one name here; `make help` lists them. Each set-up step is skipped when it is done already.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export CARGO_TARGET_DIR ?= $(CURDIR)/target
export PATH := $(CURDIR)/tools/node_modules/.bin:$(HOME)/.cargo/bin:$(PATH)

## run: set up on first use, seed, and serve http://127.0.0.1:3000
.PHONY: run
run: site
	@cargo build --package server
	@LEPTOS_SITE_ROOT="$(CARGO_TARGET_DIR)/site" "$(CARGO_TARGET_DIR)/debug/server" seed --demo
	@LEPTOS_SITE_ROOT="$(CARGO_TARGET_DIR)/site" "$(CARGO_TARGET_DIR)/debug/server" serve

## build: the release build: target/release/server and target/site
.PHONY: build
build: site
	@cargo build --release --package server

## site: the style sheet, the islands and the fonts
.PHONY: site
site:
	@tools/setup.sh build
	@tools/site.sh

## test: all that CI runs
.PHONY: test
test:
	@tools/setup.sh build test
	@tools/test.sh

## check: what is fast: formatting, lints, unit tests
.PHONY: check
check:
	@cargo fmt --all --check
	@cargo clippy --workspace --all-targets -- -D warnings
	@cargo test --quiet --workspace --lib

## faults: the long way: servers are killed, PostgreSQL is restarted, the disk gets full; docs/rehearsal.md
.PHONY: faults
faults: build
	@tools/faults.sh

## audit: what is too slow or too far for CI: licences, advisories, unused dependencies
.PHONY: audit
audit:
	@command -v cargo-deny >/dev/null || cargo install cargo-deny --locked
	@command -v cargo-machete >/dev/null || cargo install cargo-machete --locked
	@cargo deny check
	@cargo machete

## help: this list
.PHONY: help
help:
	@grep -hE '^## ' Makefile | sed 's/^## /  make /'
