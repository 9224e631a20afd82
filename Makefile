# make scan   set everything up and scan the simulated market
# make serve  set everything up and open the service with its pages
# make test   set everything up, check the code, run the tests
# Needs Python 3.11 or newer and make; everything else goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

READY_TO_SERVE := $(VENV)/.ready-to-serve
READY_TO_TEST := $(VENV)/.ready-to-test
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
  --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links

COMPILED_TESTS := $(addprefix tests/,indicators columns scoring panel language scan setups study test_scanner_core.py)
# all but fast: the tests run without numba, and then some with it
DEV_EXTRAS := $(addprefix --extra ,alerts mcp polars ray service study xlsx yahoo)
PINNED := --group build --constraint constraints-dev.txt

.PHONY: scan serve test check site collection compiled bench gate fuzz soak constraints clean

scan: $(READY)
	@$(BIN)/technic scan

# The service with its pages, for this machine alone and without a key.
serve: $(READY_TO_SERVE)
	@scripts/fetch-assets
	@$(BIN)/technic serve --open

test: check
	@scripts/fetch-assets || test "$$TECHNIC_CI" != 1
	scripts/test

check: $(READY_TO_TEST)
	scripts/check

# The tests are the same under other clocks, hash seeds and time zones; needs cc.
collection: $(READY_TO_TEST)
	scripts/check-collection

# The pages of docs/ as a site with search, in build/site.
site: $(READY_TO_TEST)
	$(BIN)/python -m mkdocs build --quiet

bench: $(READY_TO_TEST)
	$(BIN)/python -m benchmarks.warm_scan

# With numba, kept apart from the tests above: compiled loops give the same bits everywhere.
compiled: $(READY_TO_TEST) constraints-fast.txt
	@$(INSTALL) --require-hashes --requirement constraints-fast.txt
	TECHNIC_TEST_COMPILED=1 scripts/test $(COMPILED_TESTS)

# Ratios of a short run against the recorded ones, in about two minutes.
gate: $(READY_TO_TEST)
	$(BIN)/python -m benchmarks.gate

# schemathesis against the service's own description of its routes, in some minutes;
# make fuzz FUZZ="500 7" for 500 cases of each route from seed 7.
fuzz: $(READY_TO_TEST)
	PYTHONPATH=tests:. $(BIN)/python -m service.fuzz $(FUZZ)

# Kills, signals, full disks, damage, hostile answers and files: prints the table of
# docs/reliability.md, in about half an hour; make soak SOAK="--only bits files" for some.
soak: $(READY_TO_TEST)
	PYTHONPATH=tests:. $(BIN)/python -m soak $(SOAK)

$(READY): pyproject.toml constraints-base.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"technic needs Python 3.11 or newer, {sys.executable} is {sys.version.split()[0]}; try: make PYTHON=python3.12")'
	@echo "Setting up $(VENV) (about a minute) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(INSTALL) --require-hashes --requirement constraints-base.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $(READY)

$(READY_TO_SERVE): $(READY) constraints-service.txt
	@echo "Adding what the service needs ..."
	@$(INSTALL) --require-hashes --requirement constraints-service.txt
	@touch $(READY_TO_SERVE)

$(READY_TO_TEST): $(READY) constraints-dev.txt
	@echo "Adding what the tests need (about a minute) ..."
	@$(INSTALL) --require-hashes --requirement constraints-dev.txt
	@touch $(READY_TO_TEST)

# Names, versions and hashes for every platform; no addresses.
constraints: $(READY)
	$(INSTALL) uv
	$(COMPILE) $(DEV_EXTRAS) --group dev --output-file constraints-dev.txt pyproject.toml
	$(COMPILE) --extra fast $(PINNED) --output-file constraints-fast.txt pyproject.toml
	$(COMPILE) --all-extras $(PINNED) --output-file constraints.txt pyproject.toml
	$(COMPILE) --extra alerts --extra mcp --extra service --extra study --extra xlsx $(PINNED) --output-file constraints-service.txt pyproject.toml
	$(COMPILE) $(PINNED) --output-file constraints-base.txt pyproject.toml

clean:
	rm -rf $(VENV) build dist
