# The front door. `make` alone explains itself.
#
# Every target brings what it needs by itself: see .ci/setup.sh, which says what it installs and why.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
# The suite starts hundreds of Pythons. Where they may not keep what they compile, each compiles every module anew:
# it doubles the processor's work.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help setup demo test quick soak postgres appliance lint bench live nation arm outsiders serve clean

BIN := .venv/bin
ASAP ?= .cache/bench/asap
SETUP := .ci/setup.sh
OFFICE = $(firstword $(wildcard .cache/demo/office) .cache/office)
MIC ?=
LAB ?=
MUSIC ?=
QUICK ?=
SOUNDS ?=
ARGS ?=
LIVE_QUICK := --every 24 --nights 1 --minutes 20 --only pieces --only evenings --results .cache/bench/live-quick.json

help: ## This list
	@echo "Qulaq hears what music is played in halls, and pays the people who wrote it."
	@echo
	@while IFS='|' read -r target words; do printf '  make %-9s %s\n' "$$target" "$$words"; done \
	    < <(sed -nE 's/^([a-z-]+):[^#]*## (.*)$$/\1|\2/p' Makefile)

setup: ## Bring everything for work on the project: environment, Debian packages, commit hooks
	@$(SETUP) test
	@if [ -d .git ]; then $(BIN)/pre-commit install; fi

demo: ## An evening of real music through the whole product, in one to four minutes (MIC=1: the room you sit in)
	@$(SETUP) $(if $(MIC),microphone,demo)
	@$(BIN)/python -m demo $(if $(MIC),--microphone "$(if $(filter 1,$(MIC)),default,$(MIC))") $(ARGS)

test: ## Everything there is to prove: the box alone, then all the rest, with browser, sound and udev
	@$(SETUP) test
	@.ci/test.sh $(ARGS)

quick: ## The tests that take no more than a minute
	@$(SETUP) test
	@$(BIN)/python -m pytest -m "not slow and not browser and not audio and not udev" $(ARGS)

soak: ## What takes long to prove: a hundred thousand ways to damage a segment, and the like
	@$(SETUP) test
	@$(BIN)/python -m pytest -m soak $(ARGS)

postgres: ## The office's tests once more, its books in a PostgreSQL server that the tests start
	@$(SETUP) test
	@QULAQ_TEST_BOOKS=postgresql $(BIN)/python -m pytest -q -n 3 --dist loadfile tests/central $(ARGS) \
	    --deselect tests/central/ingest/test_power_cuts.py  # of a file and its disk

appliance: ## The box in an emulated machine: systemd, USB microphone and stick, power cuts, a failing card (root)
	@$(SETUP) appliance
	@$(BIN)/python -m pytest -m appliance -n 2 --dist worksteal tests/appliance $(ARGS)

lint: ## Format, style, types, and who may import whom
	@$(SETUP) lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: ## A nation's year of royalties, letters taken in, its boxes coming home; LAB=FOLDER: the ear, a catalogue on its way, works played live (QUICK=1)
	@$(SETUP) bench
	@$(BIN)/python -m benchmarks.royalties --plays $(if $(QUICK),10000000,100000000)
	@$(BIN)/python -m benchmarks.intake $(if $(QUICK),--boxes 4)
	@$(BIN)/python -m benchmarks.homecoming $(if $(QUICK),--boxes 5000)
	@[ -n "$(LAB)" ] || echo "The ear is measured by make bench LAB=FOLDER: the folder that benchmarks/README.md describes."
	@[ -z "$(LAB)" ] || $(BIN)/python -m benchmarks --lab "$(LAB)" $(if $(MUSIC),--music "$(MUSIC)") $(if $(QUICK),--quick) $(ARGS)
	@[ -z "$(LAB)" ] || $(BIN)/python -m benchmarks.delivery
	@[ -z "$(LAB)" ] || $(MAKE) --no-print-directory live ARGS="$(if $(QUICK),$(LIVE_QUICK))"

live: ## How surely works played live are recognised: LAB=FOLDER as for bench; people's performances are cloned
	@$(SETUP) live
	@[ -d "$(ASAP)" ] || git clone --depth 1 https://github.com/fosfrancesco/asap-dataset "$(ASAP)"
	@$(BIN)/python -m benchmarks.live --lab "$(LAB)" --asap "$(ASAP)" $(ARGS)

nation: ## The same million plays settled by DuckDB and by Spark: one ledger
	@$(SETUP) nation
	@$(BIN)/python -m benchmarks.royalties --engine spark --plays 1000000

arm: ## Hear the same on this processor and on an emulated aarch64: SOUNDS=FOLDER of sound files (root)
	@$(SETUP) bench
	@benchmarks/arm.sh "$(SOUNDS)"

outsiders: ## Other people's code (Go, golang.org/x/mod/sumdb) checks our log; a statement of 10,000 plays; 1,000 forgeries
	@$(SETUP) outsiders
	@mkdir -p .cache
	@GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$(CURDIR)/.cache/go \
	    go build -o .cache/outsiders benchmarks/outsiders/main.go
	@$(BIN)/python -m benchmarks.proof --outsiders .cache/outsiders $(ARGS)

serve: ## The office on this machine, as the last demo left it (or empty, if there was none)
	@$(SETUP) demo
	@[ -d $(OFFICE) ] || $(BIN)/qulaq-central init --home $(OFFICE) > /dev/null
	@echo "Staff token for /login: $$($(BIN)/qulaq-central token --home $(OFFICE) --label 'make serve')"
	@$(BIN)/qulaq-central serve --home $(OFFICE) $(ARGS)

clean: ## Remove what the other targets made: environment, caches, recordings, the demo's house
	rm -rf .venv .tools .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
