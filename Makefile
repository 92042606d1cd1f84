# `make up` on a fresh machine needs Python 3.11, git and make. `make help` lists the targets.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
COMPILE := $(BIN)/uv pip compile --quiet --no-config --generate-hashes --no-annotate --no-emit-index-url \
	--no-emit-find-links --python-version 3.11 --custom-compile-command "make lock"
LOCK := $(COMPILE) pyproject.toml --python-platform x86_64-manylinux_2_28 \
	--extra gateway --extra import --extra postgres --extra s3 --extra embedded --extra train --extra dev

.PHONY: help install up down ask test lint bench bench-deid bench-adapters fuzz tagger demo-model lock sbom
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

install: ## make .venv from the hashed locks; does nothing when it is up to date
	@$(PYTHON) deploy/setup/install.py

up: install ## start everything; DETACH=1 leaves it in the background
	@$(BIN)/bianmin up $(if $(DETACH),--detach)

down: install ## stop what `make up` started
	@$(BIN)/bianmin down

ask: install ## ask the running stack: make ask Q="…" [MODEL=moi]; without Q, six citizens ask
	@$(BIN)/bianmin ask $(if $(MODEL),--model "$(MODEL)") $(if $(Q),"$$Q")

test: install lint ## lint, types, import contracts and the whole suite
	$(BIN)/python -m pytest

lint: install ## ruff, mypy --strict and the import contracts
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install ## measure the gateway against the numbers in docs/benchmarks.md
	$(BIN)/python -m tests.bench

bench-deid: install ## measure concealment beside stock Presidio (docs/benchmarks.md)
	$(BIN)/python -m tests.bench.deid

bench-adapters: install ## measure many adapters, loads, flips with the real vLLM (docs/benchmarks.md)
	$(BIN)/python -m tests.bench.adapters

fuzz: install ## throw hostile texts at concealment for two minutes
	$(BIN)/python -m tests.fuzz

tagger: install ## train the name tagger anew from deid/training/corpus
	$(BIN)/python -m deid.training

demo-model: install ## rebuild the demonstration model and its adapters
	$(BIN)/python -m adapters.demo

lock: ## resolve requirements/*.lock anew from pyproject.toml
	echo "uv==0.13.9" | $(COMPILE) --universal - -o requirements/uv.lock
	$(LOCK) --extra engine-cpu --override requirements/excluded.txt --no-emit-package torch \
		$(addprefix --find-links ,$(PIP_FIND_LINKS)) -o requirements/cpu.lock
	$(LOCK) --extra engine-gpu -o requirements/gpu.lock

sbom: ## CycloneDX JSON of the environment, on standard output
	@$(PYTHON) deploy/setup/install.py >&2
	@$(BIN)/cyclonedx-py environment --output-format JSON $(BIN)/python

export Q
