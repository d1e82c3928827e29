# Everything a developer or a new user runs. Each target sets up what it needs and does nothing twice.
# Caches live outside the checkout, so a fresh clone on the same machine is warm; what a checkout compiles of its own lies in
# a folder of its own there (xtask/checkout.sh).

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
CARGO := CARGO_TARGET_DIR="$$(xtask/checkout.sh host)" cargo
XTASK := $(CARGO) xtask
# What is built runs by its path: `cargo run` of one package would build its dependencies again, with its features alone.
ENVIRONMENT := variables="$$($(XTASK) env)"; eval "$$variables"

.DEFAULT_GOAL := help
.PHONY: help setup programs idl test test-long economy mutants models fuzz lint demo bench e2e localnet validator clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: programs ## Fetch libtorch, the digits and the local network, compile the programs
	@$(XTASK) env > /dev/null

programs: ## Compile the three programs to target/deploy
	@$(XTASK) build-sbf

idl: ## Regenerate the IDLs under sdk/idl
	@$(XTASK) idl

lint: setup ## Formatting, the dialect, lints, generated files, dependency policy
	@cargo fmt --all --check
	@$(XTASK) tidy
	@$(ENVIRONMENT); cargo clippy --workspace --all-targets -- -D warnings
	@$(XTASK) idl --check
	@if command -v cargo-deny > /dev/null; then cargo deny check bans licenses sources; \
	else echo "cargo-deny is not installed: the policy of deny.toml was not checked"; fi

test: ## Set up everything, run every test to the end, sum them up and say how to repeat each failure
	@$(XTASK) test

# Only these two look for new seeds; every other run is on the named one (tests/seed).
SEED := $(or $(SEED),$(shell date +%s))
test-long: ## The laws with many more cases, every argument of functions, the searches with millions of plans, on a new SEED
	@echo "make test-long SEED=$(SEED) repeats this"; \
		MODCHAINS_LONG=1 MODCHAINS_TEST_SEED="$(SEED)" $(CARGO) test --package modchains-core --tests -- --nocapture
	@$(ENVIRONMENT); MODCHAINS_LONG=1 MODCHAINS_TEST_SEED="$(SEED)" cargo test --package modchains-executor --tests -- --nocapture

economy: ## What use does to the price; the best that was found for each kind of attacker, its bound and the margin
	@$(CARGO) test --quiet --package modchains-core --test usefulness --test economy -- --nocapture --test-threads 1

mutants: ## Break each line of the market's formulas: a law must notice (40 minutes)
	@$(XTASK) mutants

models: ## Test the converter and convert the reference models anew, to target/models (10 minutes, and 5 GB of PyTorch)
	@python="$$($(XTASK) python)"; export PYTHONPATH=sdk/convert; sources="sdk/convert examples/models"; \
		"$$python" -m ruff check --config sdk/convert/pyproject.toml $$sources; \
		"$$python" -m ruff format --check --config sdk/convert/pyproject.toml $$sources; \
		"$$python" -m unittest discover -s sdk/convert/tests; \
		"$$python" examples/models/minilm/export.py --model "$$(dirname "$$($(XTASK) minilm)")" --output target/models/minilm; \
		"$$python" examples/models/digits-conv/export.py --data "$$($(XTASK) digits-data)" --output target/models/digits-conv

FUZZ_SECONDS ?= 1200
fuzz: setup ## Fuzz the compiled programs on a new SEED for FUZZ_SECONDS (20 minutes), then find each of its mutants
	@$(ENVIRONMENT); cargo build --quiet --package modchains-fuzz && \
		cargo run --quiet --package modchains-fuzz -- run --seed "$(SEED)" --steps 1000000000 --seconds "$(FUZZ_SECONDS)" && \
		cargo run --quiet --package modchains-fuzz -- mutants

demo: setup ## The whole path on an embedded local network: list, trade, infer, earn, sync; then weeks of use
	@$(ENVIRONMENT); cargo build --package modchains-crank --package modchains-digits --package modchains-demo; "$$CARGO_TARGET_DIR/debug/modchains-demo"

bench: setup ## Measure what users run, the release builds; write BENCHMARKS.md and benchmarks/figures.json
	@$(ENVIRONMENT); cargo build --release --package modchains-crank --package modchains-digits --package modchains-demo --package modchains-bench; \
		cargo build --release --package modchains-executor --example minilm; \
		"$$CARGO_TARGET_DIR/release/modchains-bench"

localnet: ## Start the embedded local network in the foreground
	@$(XTASK) localnet

validator: ## Start a real validator in the foreground, built on first use (20 minutes)
	@$(XTASK) validator

e2e: ## The demo and the end-to-end tests on the cluster at RPC_URL, which must give airdrops
	@$(if $(RPC_URL),,$(error set RPC_URL, for example make e2e RPC_URL=http://127.0.0.1:8899))RPC_URL="$(RPC_URL)" $(XTASK) e2e

clean: ## Remove build outputs of this checkout (caches stay)
	@rm -rf target
