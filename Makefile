# `make` lists what there is. Everything runs in .venv, which is made on the first call and brought
# up to date when pyproject.toml or constraints.txt change; the sources are installed editable.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(PY) -m pip install -qq --constraint constraints.txt
BENCHMARKS := $(filter-out $(addprefix benchmarks/,common.py parity.py eval_peers.py),$(wildcard benchmarks/*.py))

# One recipe at a time: two installs into one environment would break each other.
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help demo test check browser bench clean

help:  ## list the commands
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

demo: $(VENV)/core  ## screenshots to a model's answers and their scores, step by step
	@PATH="$(abspath $(VENV)/bin):$$PATH" ./demo.sh

test: check browser  ## what CI runs: the checks, then all tests
	HF_HUB_OFFLINE=1 $(PY) -m pytest -n auto --maxprocesses 8

check: $(VENV)/dev  ## format, lint, types, layers
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check --quiet .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-logo

browser: $(VENV)/dev  ## see to it that there is a Chromium for the tests of pages
	@for name in chromium chromium-browser google-chrome; do \
		command -v $$name >/dev/null && exit 0; done; \
	$(VENV)/bin/playwright install chromium-headless-shell || { \
		echo "The tests need Chromium: apt-get install chromium" >&2; exit 1; }

bench: $(VENV)/dev  ## run the benchmarks one after another and write benchmarks/results/
	@set -e; for script in $(BENCHMARKS); do echo "== $$script"; $(PY) $$script; done

clean:  ## remove the environment, the caches and what the demo made
	rm -rf $(VENV) build dist demo-out .pytest_cache .mypy_cache .ruff_cache \
		.import_linter_cache .hypothesis
	find groundkit tests benchmarks fixtures docs -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/made:
	@command -v $(PYTHON) >/dev/null || { echo "No $(PYTHON) found." \
		"Install Python 3.10 or newer, or name one: make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
		echo "groundkit needs Python 3.10 or newer, but $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
		"Name another one: make PYTHON=python3.11" >&2; exit 1; }
	@echo "Making the environment $(VENV) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

# The marks are what make looks at; `dev` holds the core as well. The core has what models need: the
# demo asks one. Verbs that need none start without (tests/test_imports.py).
$(VENV)/core: pyproject.toml constraints.txt | $(VENV)/made
	@echo "Installing groundkit with torch (a minute or two, once) ..."
	@$(PIP) --editable '.[train]'
	@touch $@

$(VENV)/dev: pyproject.toml constraints.txt | $(VENV)/made
	@echo "Installing groundkit and the tools of its tests (about a minute, once) ..."
	@$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/core
