# Copydesk on one machine. `make run` is all a new checkout needs; every target may be called again at any time.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup run up down status psql test lint format bench lock

help: ## say what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: $(READY) ## install everything into .venv

# A set-up that was cut off leaves no mark, so that the next call does it anew.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Copydesk needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "python3 -m venv failed; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "installing into $(VENV) (about a minute)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

run: setup ## load the bundled sample sources through the real DAGs and show what came of it
	@$(BIN)/python -m copydesk.local run

up: setup ## start Airflow with its UI on the embedded Postgres
	@$(BIN)/python -m copydesk.local up

down: ## end every process that run and up started
	@test ! -x $(BIN)/python || $(BIN)/python -m copydesk.local down

status: setup ## say what runs
	@$(BIN)/python -m copydesk.local status

psql: setup ## open psql on the warehouse, with the rights of an analyst
	@$(BIN)/python -m copydesk.local psql

test: setup ## run every test that needs nothing but this machine
	@$(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

lint: setup ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: setup ## let ruff put the code in order
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup ## measure; the results depend on the machine
	@$(BIN)/python -m tests.benchmarks

lock: setup ## pin what pyproject.toml asks for
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		--all-extras pyproject.toml --output-file requirements.lock
