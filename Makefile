# Everything a developer or a new user runs. Each target sets up what it needs and does nothing twice.
# Caches live outside the checkout, so a fresh clone on the same machine is warm.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
CACHE := $(or $(MODCHAINS_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/modchains)
export CARGO_TARGET_DIR ?= $(CACHE)/target

.DEFAULT_GOAL := help
# Cargo tells sources apart by path and time alone. When another checkout used these folders last, what it compiled must
# not pass for ours.
checkout:
	@mkdir -p "$(CACHE)"; \
	if [ "$$(cat "$(CACHE)/checkout" 2>/dev/null)" != "$(CURDIR)" ]; then \
		git ls-files -z | xargs -0 touch -c; echo "$(CURDIR)" > "$(CACHE)/checkout"; \
	fi

.PHONY: checkout help setup programs idl test test-long lint demo bench localnet clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: programs ## Fetch libtorch, the digits and the local network, compile the programs
	@cargo xtask env > /dev/null

programs: checkout ## Compile the three programs to target/deploy
	@cargo xtask build-sbf

idl: checkout ## Regenerate the IDLs under sdk/idl
	@cargo xtask idl

lint: setup ## Formatting, lints, generated files, dependency policy
	@cargo fmt --all --check
	@eval "$$(cargo xtask env)"; cargo clippy --workspace --all-targets -- -D warnings
	@cargo xtask idl --check
	@if command -v cargo-deny > /dev/null; then cargo deny check bans licenses sources; \
	else echo "cargo-deny is not installed: the policy of deny.toml was not checked"; fi

test: setup ## Set up everything and run every test
	@cargo fmt --all --check
	@cargo xtask build-sbf --tests
	@eval "$$(cargo xtask env)"; cargo build --package modchains-crank && cargo test --workspace --tests && \
		cargo test --package modchains-sdk --doc
	@cargo xtask idl --check
	@cargo xtask idl-check

test-long: checkout ## The adversarial search around syncs, millions of plans
	@MODCHAINS_LONG=1 cargo test --package modchains-core --test sync_attack

demo: setup ## The whole path on an embedded local network: list, trade, infer, earn, sync
	@eval "$$(cargo xtask env)"; cargo build --package modchains-crank --package modchains-demo && \
		cargo run --quiet --package modchains-demo

bench: setup ## Measure everything, write BENCHMARKS.md and benchmarks/figures.json
	@eval "$$(cargo xtask env)"; cargo build --package modchains-crank --package modchains-demo && \
		cargo run --quiet --package modchains-bench

localnet: checkout ## Start the embedded local network in the foreground
	@cargo xtask localnet

clean: ## Remove build outputs of this checkout (caches stay)
	@rm -rf target
