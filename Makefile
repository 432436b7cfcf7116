# Every target makes `.venv` itself; the only needs are Python 3.11 or newer, with venv, and make.
PYTHON ?= python3
PORT ?= 3000
CONFIG ?= sample_data/discovery.toml
AS_OF ?= 2026-09-30
LEAVER ?= takumi.jansen@nordwind.example
UPGRADE ?=
NIGHTS ?= 200
SECONDS ?= 600
SEED ?= 1

BIN := .venv/bin
UV := $(BIN)/uv
READY := .venv/.ready
SPARK ?= 4.3.0
SPARK_READY := .venv-spark/.ready
DEMO := .discovery/demo

# An interpreter outside `.venv` must not lend it a standard library.
unexport PYTHONHOME
# Where nothing compiled is kept, each process compiles Dagster anew, which takes longer than most of what it does.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-long test-spark sweep soak test-browser dev check docs bench bench-quick audit constraints \
  clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	@touch $@

# uv reads none of pip's settings: where only pip knows the way to the packages, pip fetches them.
$(READY): $(UV) pyproject.toml constraints.txt
	@echo "installing into .venv"
	@$(UV) pip install --quiet --python $(BIN)/python --constraint constraints.txt --group dev --editable . || \
	  { $(BIN)/python -m pip install --quiet --upgrade pip && \
	    $(BIN)/python -m pip install --quiet --constraint constraints.txt --group dev --editable .; }
	@touch $@

demo: $(READY) ## run discovery over the sample company and show a leaver's scope
	@rm -rf $(DEMO)
	@$(BIN)/discovery run --config $(CONFIG) --home $(DEMO) --as-of $(AS_OF)
	@DISCOVERY_CONFIG=$(CONFIG) DISCOVERY_HOME=$(DEMO) $(BIN)/discovery scope $(LEAVER)
	@echo
	@echo "Next: ask why with 'DISCOVERY_HOME=$(DEMO) $(BIN)/discovery explain PERSON APP', or open $(DEMO)/access_graph.duckdb with any DuckDB client."
	@echo "'$(BIN)/discovery init' starts with your own exports; 'make dev' shows the pipeline in the Dagster UI."

test: $(READY) ## run the tests, but for the long ones and those that need a browser
	@$(BIN)/pytest -n 2 --dist loadfile -m "not browser and not long"

test-long: $(READY) ## run what takes long: generated companies, kills at every point, servers of other authors
	@$(BIN)/pytest -n 2 --dist loadfile -m "long and not browser"

# pyspark and the client of Spark Connect in `.venv` are two packages with the same modules: an environment of its own.
$(SPARK_READY): Makefile
	@echo "installing Spark $(SPARK) into .venv-spark"
	@$(PYTHON) -m venv .venv-spark
	@.venv-spark/bin/python -m pip install --quiet --disable-pip-version-check pyspark==$(SPARK) "dagster-pipes>=1.13.27,<2"
	@touch $@

test-spark: $(READY) $(SPARK_READY) ## compare DuckDB with a real local Spark; needs Java 17
	@DISCOVERY_TEST_SPARK=.venv-spark/bin/python $(BIN)/pytest tests/engine

sweep: $(READY) ## fail every single effect of a night, one after the other
	@DISCOVERY_SWEEP=1 $(BIN)/pytest -m long tests/faults/test_failpoints.py

soak: $(READY) ## nights in a row, some killed (NIGHTS=200), much at once, exports changed by chance (SECONDS=600, SEED=1)
	@$(BIN)/python -m tests.load.nights --nights $(NIGHTS) --seed $(SEED)
	@DISCOVERY_LOAD=1 $(BIN)/pytest tests/load
	@DISCOVERY_FUZZ_SECONDS=$(SECONDS) DISCOVERY_FUZZ_SEED=$(SEED) $(BIN)/pytest -m long tests/faults/test_fuzz.py tests/faults/test_fuzz_packed.py

test-browser: $(READY) ## run the tests that look at pages with Debian's chromium; skipped where it is not installed
	@$(BIN)/pytest -m browser tests/browser

docs: $(READY) ## build the documentation site in build/docs; a broken link is an error
	@$(BIN)/python -m sphinx --builder html --fresh-env --write-all --fail-on-warning --keep-going --quiet docs build/docs

check: $(READY) docs ## lint, format, types, layers, documents
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/pytest tests/project/test_documents.py

# CONFIG=… if given, else ./discovery.toml if there is one, else the sample company in the home of `make demo`.
DEV := $(if $(filter-out file,$(origin CONFIG)),DISCOVERY_CONFIG=$(CONFIG),$(if $(wildcard discovery.toml),,\
  DISCOVERY_CONFIG=$(CONFIG) DISCOVERY_HOME=$(DEMO) DISCOVERY_AS_OF=$(AS_OF)))

dev: $(READY) ## open the pipeline in the Dagster UI: http://127.0.0.1:3000, or PORT=…
	@$(DEV) $(BIN)/python -m pipelines.dev --port $(PORT)

bench: $(READY) ## print every figure that the README quotes
	@for file in $(sort $(wildcard benchmarks/*.py)); do echo "== $$file"; $(BIN)/python "$$file" || exit 1; done

bench-quick: $(READY) ## the most important figures as ratios to a floor; fails if one is twice the recorded ratio
	@$(BIN)/python benchmarks/quick.py

audit: $(UV) ## ask PyPI for known weaknesses of the pinned dependencies; what could not be asked is a failure
	@$(UV) tool run --from pip-audit pip-audit --requirement constraints.txt --no-deps --disable-pip --strict --progress-spinner off

constraints: $(UV) ## pin what pyproject.toml needs, keeping pins that fit; UPGRADE=--upgrade renews all
	@$(UV) pip compile pyproject.toml --group dev --group peers --universal --python-version 3.11 --quiet \
	  --custom-compile-command "make constraints" --output-file constraints.txt $(UPGRADE)

clean: ## remove `.venv`, `.venv-spark`, caches and the demo's home, and nothing else
	@rm -rf .venv .venv-spark dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache $(DEMO)
