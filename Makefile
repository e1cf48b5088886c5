# Everything people and CI run. `make` alone lists the commands.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo $$p; break; fi; done)
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-installed
PAGES = $(BIN)/python plugins/bookflow/ui/build_pages.py
DEVELOPMENT := $(VENV)/.development-installed
PEERS := .venv-peers/.installed
export PYTHONPATH :=
# trust what this machine trusts, as pip does: uv's own list knows no company's proxy
export UV_SYSTEM_CERTS ?= 1
# uv is fast; pip also knows indexes and proxies that were set up for it alone
pip_install = $(BIN)/uv pip install --quiet --python $(BIN)/python $(1) || \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(1)

.DEFAULT_GOAL := help
.PHONY: help install pages demo test check types unit-tests test-cluster api-docs secrets peers pictures format bench growth chaos lock clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

$(BIN)/uv:
	@test -n "$(PYTHON)" || { echo "bookflow needs Python 3.11 or newer: install it, or name it with make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(RUNTIME): requirements.txt pyproject.toml | $(BIN)/uv
	$(call pip_install,-r requirements.txt)
	$(call pip_install,--no-deps --editable .)
	@touch $@

$(DEVELOPMENT): requirements-dev.txt $(RUNTIME)
	$(call pip_install,-r requirements-dev.txt)
	@touch $@

install: $(RUNTIME) pages ## Make .venv with pinned requirements, the pages and the bookflow command

# it looks by itself whether there is anything new
pages: $(RUNTIME)
	@$(PAGES)

demo: $(RUNTIME) pages ## Start Airflow with local receivers and show sample bookings (ONCE=1: then exit)
	$(BIN)/bookflow demo $(if $(ONCE),--once) $(if $(PORT),--port $(PORT))

check: $(DEVELOPMENT) ## Format, lint, rules, types, scans, unit tests: no database, under a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/python -m tests.scanning
	@$(MAKE) --no-print-directory -j2 types unit-tests

# side by side: mypy keeps one core busy, and processes of their own pay off on what is left
BESIDE_TYPES = $(shell $(PYTHON) -c 'import os; print(max(0, (os.cpu_count() or 2) - 2))')
types: $(DEVELOPMENT)
	$(BIN)/mypy

unit-tests: $(DEVELOPMENT)
	$(BIN)/python -m pytest tests/unit -q -n $(BESIDE_TYPES) -m "not slow" \
		--hypothesis-profile=quick

# one process more than small machines have cores: some tests wait, for processes and for locks.
# Each has a stretch of neighbouring files, whose sets-up are then made once, and who ends takes over
PROCESSES = $(shell $(PYTHON) -c 'import os; print(max(3, os.cpu_count() or 2))')
test: $(DEVELOPMENT) pages ## The whole suite, on embedded PostgreSQL and a real Airflow
	$(PAGES) check
	$(PAGES) test
	$(BIN)/python -m tests.acceptance.chromium
	$(BIN)/python -m pytest --ignore tests/acceptance -n $(PROCESSES) --dist worksteal
	$(BIN)/python -m pytest tests/acceptance -n 3

test-cluster: $(DEVELOPMENT) $(PEERS) pages ## The full-stack tests on Celery: two workers, two schedulers
	BOOKFLOW_TEST_CLUSTER=1 $(BIN)/python -m pytest tests/acceptance \
		--ignore tests/acceptance/test_demo.py -n 2

api-docs: $(DEVELOPMENT) pages ## Write docs/api.md, docs/cli.md and the types of the pages from the code
	$(BIN)/python -m docs.reference

format: $(DEVELOPMENT) pages ## Format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(PAGES) format

# what bookflow is measured against stays out of its own environment
$(PEERS): benchmarks/peers/requirements.txt requirements.txt | $(DEVELOPMENT)
	$(PYTHON) -m venv .venv-peers
	$(BIN)/uv pip install --quiet --python .venv-peers/bin/python \
		-r requirements.txt -r benchmarks/peers/requirements.txt
	@touch $@

secrets: ## Write the secrets that docker-compose.yaml reads, into secrets/
	@$(PYTHON) plugins/bookflow/demo/compose_secrets.py

peers: $(PEERS) ## Make .venv-peers: what bookflow is measured against, and Celery's workers

pictures: $(DEVELOPMENT) pages ## Draw the pictures of the README anew (needs Chromium)
	$(BIN)/python -m tests.acceptance.chromium
	$(BIN)/python -m docs.pictures

bench: $(DEVELOPMENT) $(PEERS) ## Measure, write docs/benchmarks.md (PARTS="airflow", AGAINST=run, DRY=1: only print)
	$(BIN)/python -m benchmarks $(PARTS) $(if $(AGAINST),--against $(AGAINST)) $(if $(DRY),--dry)

growth: $(DEVELOPMENT) $(PEERS) ## Measure how costs grow, draw docs/growth (PLOTS="rate": only these)
	$(BIN)/python -m benchmarks.growth $(PLOTS)

chaos: $(DEVELOPMENT) $(if $(CLUSTER),$(PEERS)) ## Kill each process in mid-burst (PARTS="task", EVENTS=200, CLUSTER=1: on Celery)
	$(BIN)/python -m benchmarks.chaos $(PARTS) $(if $(EVENTS),--events $(EVENTS)) \
		$(if $(CLUSTER),--cluster) $(OPTIONS)

lock: $(DEVELOPMENT) ## Compile requirements.txt and requirements-dev.txt from their .in files
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url \
		--custom-compile-command "make lock" requirements.in --output-file requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url \
		--custom-compile-command "make lock" requirements-dev.in --constraint requirements.txt \
		--output-file requirements-dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url \
		--custom-compile-command "make lock" benchmarks/peers/requirements.in \
		--constraint requirements.txt --output-file benchmarks/peers/requirements.txt

clean: ## Remove the virtual environment and the demo's data
	rm -rf $(VENV) .venv-peers .bookflow build dist plugins/bookflow/ui/dist plugins/bookflow/ui/node_modules
