# `make help` lists what can be done here.
.DEFAULT_GOAL := help
.PHONY: help run test train-deps train-pronunciation check bench lock
.DELETE_ON_ERROR:

VENV := .venv
PYTHON_IN := $(VENV)/bin/python
PIP := $(PYTHON_IN) -m pip --disable-pip-version-check install
INSTALL_SELF := $(PIP) --quiet --no-deps --no-build-isolation --editable .
# Tried in this order; `make run PYTHON=/path/to/python3` comes first.
PYTHONS := $(PYTHON) python3 python3.13 python3.12 python3.11
DATA ?= ../shared/data
# What tests need from npm: the storage emulator, and the JavaScript SDK with a browser.
NPM := tests/azurite/node_modules/.stamp tests/sdk/js/node_modules/.stamp
# Tests wait for servers more than they compute, so more of them than cores is faster.
WORKERS ?= 4
# HOST counts only as `make run HOST=...`: some shells export a variable of that name.
SERVE_HOST := $(if $(findstring command,$(origin HOST)),--host $(HOST))
SERVE_PORT := $(if $(PORT),--port $(PORT))

## help: Print this list.
help:
	@sed -n 's/^## \([a-z-]*\): \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 17

## run: Install what is missing, then start the service (PORT=8080 HOST=127.0.0.1).
run: $(VENV)/run.stamp
	@exec $(PYTHON_IN) -m scriba serve $(SERVE_HOST) $(SERVE_PORT)

## test: Run all tests with the real models (ARGS="-k name" chooses, WORKERS=1 one by one).
test: $(VENV)/test.stamp $(NPM)
	$(PYTHON_IN) -m scriba models pull base tiny.en
	$(PYTHON_IN) -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

## train-deps: Add torch, for training on recordings (PIP_ARGS=pip's options, such as another index).
train-deps: $(VENV)/run.stamp
	$(PIP) --no-build-isolation --editable '.[train]' $(PIP_ARGS)

## train-pronunciation: Make the models of pronunciation assessment anew (DATA=folder, ARGS=--measure FILE).
train-pronunciation: train-deps
	$(PYTHON_IN) -m scriba models pull base
	$(PYTHON_IN) -m scriba.pronunciation.training --data $(DATA) --splits bench/splits.json \
		--base "$$($(PYTHON_IN) -c 'from scriba.settings import load_settings as s; print(s().model_dir)')/base" \
		$(ARGS)

## check: Check style, types, imports between rooms, and the rules of the repository.
check: $(VENV)/test.stamp
	$(PYTHON_IN) -m ruff check .
	$(PYTHON_IN) -m ruff format --check .
	$(PYTHON_IN) -m mypy
	$(VENV)/bin/lint-imports
	$(PYTHON_IN) -m pytest tests/test_repository.py

## bench: Measure words, speed and memory on recordings (DATA=folder of them).
bench: $(VENV)/bench.stamp
	$(PYTHON_IN) -m scriba models pull base
	$(PYTHON_IN) -m bench.all --data $(DATA) $(ARGS)

# The widest set is resolved first and binds the others, so that all three agree.
COMPILE := $(PYTHON_IN) -m uv pip compile pyproject.toml --universal --python-version 3.11 \
	--generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
	--quiet --group build $(ARGS)

## lock: Write the lock files anew from pyproject.toml (ARGS=--upgrade takes newer versions).
lock: $(VENV)/test.stamp
	$(COMPILE) --group lock --extra test --extra postgres --extra bench -o requirements-bench.lock
	$(COMPILE) --group lock --extra test --extra postgres -c requirements-bench.lock \
		-o requirements-test.lock
	$(COMPILE) -c requirements-bench.lock -o requirements.lock

$(PYTHON_IN):
	@for python in $(PYTHONS); do \
		if $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
			2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "Scriba needs Python 3.11, 3.12 or 3.13, and none was found; install one," \
			"or name it: make run PYTHON=/path/to/python3" >&2; exit 1; \
	fi; \
	echo "Making $(VENV) with $$found"; \
	if ! $$found -m venv $(VENV); then \
		rm -rf $(VENV); \
		echo "$$found cannot make virtual environments; on Debian and Ubuntu install the" \
			"package python3-venv and run this again" >&2; exit 1; \
	fi

# Without npm the tests that need it are skipped, and say so.
%/node_modules/.stamp: %/package-lock.json
	@if command -v npm >/dev/null; then \
		npm ci --prefix $* --ignore-scripts --no-audit --no-fund --loglevel=error; \
	else echo "npm is not installed: tests that need $* are skipped"; fi
	@mkdir -p $(@D) && touch $@

# pyproject.toml is named too: the installed command and package data follow it.
$(VENV)/run.stamp: requirements.lock pyproject.toml | $(PYTHON_IN)
	$(PIP) --require-hashes -r requirements.lock
	$(INSTALL_SELF)
	@touch $@

$(VENV)/test.stamp: requirements-test.lock pyproject.toml | $(PYTHON_IN)
	$(PIP) --require-hashes -r requirements-test.lock
	$(INSTALL_SELF)
	@touch $@

$(VENV)/bench.stamp: requirements-bench.lock pyproject.toml | $(PYTHON_IN)
	$(PIP) --require-hashes -r requirements-bench.lock
	$(INSTALL_SELF)
	@touch $@
