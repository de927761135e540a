# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
WORKERS ?= 4

.PHONY: demo test test-all test-long simulate mutations constants check style install lock

demo: install
	$(BIN)/qbo-sync demo $(ARGS)

# Compiled files are kept whatever the surroundings say: the tests start Python many times. Files run in the order of
# tests/conftest.py, the slow ones first.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test: install
	$(PYTEST) -m "not long" $(ARGS)

test-all: test test-long

test-long: install
	$(PYTEST) -m "long" $(ARGS)

# Histories full of faults, crashes and second thoughts: `make simulate N=5000`; one of them told: `make simulate SEED=123`.
N ?= 1000
FIRST ?= 1
SEED ?=
STEPS ?=
simulate: install
	PYTHONHASHSEED=0 $(BIN)/python -m tests.simulation --histories $(N) --first $(FIRST) $(if $(SEED),--seed $(SEED)) $(if $(STEPS),--steps $(STEPS))

mutations: install
	$(BIN)/python -m tests.simulation.mutations

# Every threshold, time-out and limit moved out of its place; a fast test must fail each time: `make constants ONLY=bot/sync`.
ONLY ?=
constants: install
	$(BIN)/python -m tests.constants $(if $(ONLY),--only $(ONLY))

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Measures the source and writes docs/style.md; `make style ARGS=--rooms` prints every folder and writes nothing.
style: install
	$(BIN)/python -m tools.style $(ARGS)

install: .venv/installed

.venv/installed: requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-compile --require-hashes -r requirements-dev.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Pins everything anew, with hashes and without naming a host.
LOCK := $(BIN)/pip-compile -q --generate-hashes --strip-extras --allow-unsafe --no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host
lock:
	$(BIN)/pip install -q pip-tools
	$(LOCK) --extra dev --extra demo -o requirements-dev.txt pyproject.toml
	$(LOCK) -c requirements-dev.txt -o requirements.txt pyproject.toml
