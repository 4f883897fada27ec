# Everything sets itself up: the first target that needs it builds .venv once (a few minutes), and
# again only when pyproject.toml or constraints.txt change. `make help` lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DOCS_INSTALLED := $(VENV)/.installed-docs
# RLlib pins another Gymnasium; OpenEnv and verifiers want different versions of one package: an
# environment each.
RLLIB := .venv-rllib
OPENENV := .venv-openenv
VERIFIERS := .venv-verifiers
OWN_PIP := -m pip --disable-pip-version-check install --quiet
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet -c constraints.txt
TORCH := $(shell sed -n 's/^\(torch==.*\)/\1/p' constraints.txt)
# One thread for numeric libraries: the other core runs test workers, and two threads on a loaded
# machine cost ten times the time.
export OMP_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-contract test-others check check-style check-types check-imports check-tests bench bench-check docs rllib openenv verifiers clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: $(INSTALLED) ## train and compare three agents in Nerion-LogicV2-v0 (a minute or two), logs under runs/
	@$(BIN)/python scripts/benchmark.py --preset demo

# Two at a time, a half each: one test uses little more than one core. Of the tests that are not slow
# the contracts take longer, of the slow ones the others: so some contracts run beside these.
BESIDE := $(patsubst %,tests/contract/test_%.py,episodes examples pages)
OTHERS := $(wildcard tests/test_*.py) tests/learning tests/property tests/unit
test: $(INSTALLED) ## every test that is not marked slow (less than 10 minutes)
	@echo "two halves at once; what they print follows as each ends"
	@$(MAKE) --no-print-directory -j2 -Otarget test-contract test-others MARK="not slow" MOVED="$(BESIDE)"

test-slow: $(INSTALLED) ## the rest: learning, real packages (half an hour)
	@echo "two halves at once; what they print follows as each ends"
	@$(MAKE) --no-print-directory -j2 -Otarget test-contract test-others MARK=slow

test-contract: $(INSTALLED)
	@$(BIN)/python -m pytest -m "$(MARK)" tests/contract $(addprefix --ignore=,$(MOVED))

test-others: $(INSTALLED)
	@$(BIN)/python -m pytest -m "$(MARK)" $(OTHERS) $(MOVED)

check: $(INSTALLED) ## format, lint, types, import contracts, pure tests (a minute or two)
	@$(MAKE) --no-print-directory -j2 -Otarget check-types check-style check-imports check-tests

check-style: $(INSTALLED)
	@$(BIN)/ruff format --check --quiet . || { echo "mend with: $(BIN)/ruff format ."; exit 1; }
	@$(BIN)/ruff check --quiet .

check-types: $(INSTALLED)
	@$(BIN)/mypy

check-imports: $(INSTALLED)
	@$(BIN)/lint-imports

check-tests: $(INSTALLED)
	@$(BIN)/python -m pytest -q -m "pure and not slow" --ignore=tests/property

bench: $(INSTALLED) ## measure throughput against cold pytest; prints and records under benchmarks/results/
	@$(BIN)/python benchmarks/throughput.py

bench-check: $(INSTALLED) ## measure again and compare the ratios with the recorded ones
	@$(BIN)/python benchmarks/throughput.py --check

docs: $(DOCS_INSTALLED) ## build the site into docs/_build/html; a warning is an error
	@$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

rllib: $(RLLIB)/.installed ## train with Ray RLlib, in an environment of its own, and test it (a few minutes)
	@$(RLLIB)/bin/python examples/rllib_ppo.py
	@$(RLLIB)/bin/python -m pytest -q tests/rllib_example.py

openenv: $(OPENENV)/.installed ## serve a world over OpenEnv to a scripted client, in an environment of its own
	@$(OPENENV)/bin/python -m pytest -q tests/contract/test_openenv_server.py

verifiers: $(VERIFIERS)/.installed ## roll a world out by verifiers with a scripted model, in an environment of its own
	@$(VERIFIERS)/bin/python -m pytest -q tests/contract/test_verifiers_env.py

clean: ## remove what make and the tools made (.venv too); runs/ stays
	@rm -rf $(VENV) $(RLLIB) $(OPENENV) $(VERIFIERS) build dist docs/_build docs/worlds/generated .pytest_cache .mypy_cache .ruff_cache \
	  .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# torch first and alone, at the exact version: a looser request would pull another build of it.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "nerion-gym needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>&1)." >&2; \
	  echo "Say which one to use: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "setting up $(VENV) (once; a few minutes)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) "$(TORCH)"
	@$(PIP) -e ".[dev]"
	@touch $@

$(DOCS_INSTALLED): $(INSTALLED)
	@echo "adding the documentation tools to $(VENV)"
	@$(PIP) -e ".[docs]"
	@touch $@

.venv-%/.installed: pyproject.toml constraints-%.txt
	@echo "setting up .venv-$* (once; a few minutes)"
	@test -x .venv-$*/bin/python || $(PYTHON) -m venv .venv-$*
	@.venv-$*/bin/python $(OWN_PIP) -c constraints-$*.txt "$(TORCH)"
	@.venv-$*/bin/python $(OWN_PIP) -c constraints-$*.txt -e ".[$*]" hypothesis
	@touch $@
