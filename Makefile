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

.PHONY: checkout help setup programs idl test test-long economy mutants fuzz lint demo bench localnet clean

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

test-long: checkout ## The adversarial searches, millions of plans
	@MODCHAINS_LONG=1 cargo test --package modchains-core --test sync_attack --test economy -- --nocapture

economy: checkout ## The best profit found for each kind of attacker, its documented bound and the margin
	@cargo test --quiet --package modchains-core --test economy -- --nocapture --test-threads 1

# One place of the market's formulas is changed at a time (.cargo/mutants.toml); a law must notice. Every file meets its
# own laws first, which takes a second each; what they miss then meets all laws. The seed makes a run repeatable.
MUTANTS := $(CACHE)/mutants/27.1.0
MUTANTS_RUN = PROPTEST_RNG_SEED=1 CARGO_TARGET_DIR="$(CACHE)/mutants/target" "$(MUTANTS)/bin/cargo-mutants" mutants \
	--package modchains-core --output "$(CACHE)/mutants" --iterate --jobs 1 --no-times
MUTANTS_OWN_LAWS := bps:math curve:curve fees:fees launch:launch licence:licence math:math shares:licence \
	sync/drift:sync sync/high_water:high_water sync/moves:sync sync/params:sync sync/signal:signal trade:trade
LAWS := $(filter-out economy%,$(notdir $(basename $(wildcard sdk/core/tests/*.rs))))

mutants: checkout ## Break each line of the market's formulas: a law must notice (40 minutes)
	@[ -x "$(MUTANTS)/bin/cargo-mutants" ] || CARGO_TARGET_DIR="$(CACHE)/mutants/target" \
		cargo install --locked cargo-mutants@$(notdir $(MUTANTS)) --root "$(MUTANTS)"
	@rm -rf "$(CACHE)/mutants/mutants.out" "$(CACHE)/mutants/unviable.txt"
	@PROPTEST_RNG_SEED=1 cargo test --quiet --package modchains-core $(LAWS:%=--test %)
	@for own in $(MUTANTS_OWN_LAWS); do \
		$(MUTANTS_RUN) --file "sdk/core/src/$${own%:*}.rs" --baseline skip --timeout 60 -C=--test -C="$${own#*:}" || \
			case $$? in 2|3) ;; *) exit 1 ;; esac; \
		cat "$(CACHE)/mutants/mutants.out/unviable.txt" >> "$(CACHE)/mutants/unviable.txt"; \
	done
	@status=0; $(MUTANTS_RUN) --baseline skip --timeout 120 $(LAWS:%=-C=--test -C=%) \
		$(foreach own,$(MUTANTS_OWN_LAWS),--file sdk/core/src/$(firstword $(subst :, ,$(own))).rs) || status=$$?; \
	cd "$(CACHE)/mutants"; cat mutants.out/unviable.txt >> unviable.txt; \
	noticed=$$(cat mutants.out/{previously_caught,caught,timeout}.txt | wc -l); unviable=$$(wc -l < unviable.txt); \
	echo "$$((noticed - unviable)) changes noticed, $$unviable do not compile, these were missed:"; \
	cat mutants.out/missed.txt; [ "$$status" -eq 0 ] || [ "$$status" -eq 3 ]

FUZZ_SECONDS ?= 1200
FUZZ_SEED ?= 1
fuzz: setup ## Fuzz the compiled programs for FUZZ_SECONDS (20 minutes), then find each of its mutants
	@eval "$$(cargo xtask env)"; cargo build --quiet --package modchains-fuzz && \
		cargo run --quiet --package modchains-fuzz -- run --seed "$(FUZZ_SEED)" --steps 1000000000 --seconds "$(FUZZ_SECONDS)" && \
		cargo run --quiet --package modchains-fuzz -- mutants

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
