# Everything from a fresh clone: Python 3.11 or newer and make are all that is needed.
# Calling a target again does only what has changed since.

PYTHON ?= python3
VENV ?= .venv
YEARS ?= 2017-2019
SUPERSET_PORT ?= 8088
ZHENGXIN_HOME ?= $(CURDIR)/var
# What may not be linked with a program that is handed on under Apache-2.0.
REFUSED_LICENCES := AGPL;Affero;GPL-3.0;GPLv3;Proprietary
HDI_HOME ?= $(ZHENGXIN_HOME)/hdi
CENSUS_HOME ?= $(ZHENGXIN_HOME)/census
ASEM_HOME ?= $(ZHENGXIN_HOME)/asem

export ZHENGXIN_HOME
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_ROOT_USER_ACTION = ignore

BIN := $(VENV)/bin
ZHENGXIN := $(BIN)/zhengxin
INSTALLED := $(VENV)/.installed
TEST_INSTALLED := $(VENV)/.installed-test
DEMO := $(ZHENGXIN_HOME)/.demo-$(YEARS)
HDI_DEMO := $(HDI_HOME)/.demo
CENSUS_DEMO := $(CENSUS_HOME)/.demo
ASEM_DEMO := $(ASEM_HOME)/.demo

# The demo inputs follow from these alone.
DEMO_SOURCES := $(wildcard orchestration/demo/*.py orchestration/demo/data/* seeds/evidence/*.csv seeds/geography/*.csv \
	seeds/methodology/*.csv)

.PHONY: help install demo run ui site superset hdi census asem test test-ci test-all lint lint-code lint-style lint-types lint-sql \
	lint-packages clean distclean

help: ## Show the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  Settings: PYTHON=$(PYTHON) YEARS=$(YEARS) ZHENGXIN_HOME=$(ZHENGXIN_HOME)"

run: demo ## Environment, demo inputs, the yearly run for YEARS, and a summary
	@$(ZHENGXIN) run --if-changed $(YEARS)

ui: $(INSTALLED) ## Open Dagster on the same home
	@$(ZHENGXIN) ui

site: demo ## The public look-up of the releases in force, as static files below the home
	@$(ZHENGXIN) site

superset: ## Install Apache Superset below the home, import the dashboard and serve the current release
	@$(PYTHON) bi/superset/launch.py --home $(ZHENGXIN_HOME) --port $(SUPERSET_PORT)

hdi: $(HDI_DEMO) ## Real data: the Human Development Index 1990-2022 against its published values
	@$(ZHENGXIN) --home $(HDI_HOME) run --if-changed

census: $(CENSUS_DEMO) ## Real data: a demonstration index of 2,845 counties on the census of 2020, with its report
	@$(ZHENGXIN) --home $(CENSUS_HOME) run --if-changed
	@$(ZHENGXIN) --home $(CENSUS_HOME) report --year 2020

asem: $(ASEM_DEMO) ## Real data: the example of COINr against its published values
	@$(ZHENGXIN) --home $(ASEM_HOME) run --if-changed

test: $(TEST_INSTALLED) ## The test suite
	@$(BIN)/python -m pytest

test-ci: $(TEST_INSTALLED) ## What CI runs beside the test suite: the demos as people run them, a release built anew
	@$(BIN)/python -m pytest -m "in_ci and not slow"

test-all: $(TEST_INSTALLED) ## The test suite with that and the long extras
	@$(BIN)/python -m pytest -m "slow or not slow"

lint: lint-code lint-packages ## Check style, types, imports and SQL; licences and, where there is a network, known weaknesses

lint-code: lint-style lint-types lint-sql

lint-style: $(TEST_INSTALLED)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

lint-types: $(TEST_INSTALLED)
	@$(BIN)/mypy

lint-sql: $(TEST_INSTALLED)
	@$(BIN)/sqlfluff lint dbt_project/models dbt_project/tests

lint-packages: $(TEST_INSTALLED)
	@$(BIN)/pip-licenses --from=mixed --summary
	@$(BIN)/pip-licenses --from=mixed --partial-match --fail-on '$(REFUSED_LICENCES)' >/dev/null
	@said=$$($(BIN)/pip-audit --requirement constraints.txt --no-deps --disable-pip --progress-spinner off 2>&1); ended=$$?; \
		case "$$said" in *"known vulnerabilit"*) ;; *) ended=0; said= ;; esac; \
		test $$ended = 0 || { echo "$$said" >&2; exit 1; }; \
		all=$$(grep -c == constraints.txt); \
		skipped=$$all; test -z "$$said" || skipped=$$(echo "$$said" | grep -c "could not be audited"); \
		echo "Known weaknesses: $$((all - skipped)) of $$all packages were looked up, none found." \
			"$$(test $$skipped = 0 || echo "The others: nobody to ask (offline, or an index without advisories).")"

install: $(TEST_INSTALLED) ## Only the environment: .venv with the pinned packages, those of the tests too

demo: $(DEMO) ## Only the synthetic demo inputs

clean: ## Remove caches and what dbt compiled; data in var/ and the environment stay
	@rm -rf .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis dbt_project/target dbt_project/logs logs *.egg-info
	@find orchestration tests -type d -name __pycache__ -prune -exec rm -rf {} +

distclean: clean ## Remove the environment too; data in var/ stays
	@rm -rf $(VENV)

$(INSTALLED): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { \
		echo "error: $(PYTHON) is not found. Name a Python of 3.11 or newer: make PYTHON=/path/to/python3.12 run" >&2; \
		exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "error: $$($(PYTHON) --version) is too old; 3.11 or newer is needed. Name one: make PYTHON=python3.12 run" >&2; \
		exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the pinned packages into $(VENV) (a minute or two the first time)"
	@# Python compiles what it imports; pip would compile all of every package first, for a fifth of a minute.
	@$(BIN)/python -m pip install --quiet --no-compile --constraint constraints.txt setuptools
	@$(BIN)/python -m pip install --quiet --no-compile --constraint constraints.txt --no-build-isolation --editable .
	@touch $@

# What tests and lint need beyond a run, which does not wait for it.
$(TEST_INSTALLED): $(INSTALLED)
	@echo "Installing what the tests need into $(VENV)"
	@$(BIN)/python -m pip install --quiet --no-compile --constraint constraints.txt --no-build-isolation --editable '.[test]'
	@touch $@

$(DEMO): $(DEMO_SOURCES) | $(INSTALLED)
	@$(ZHENGXIN) demo county --years $(YEARS)
	@touch $@

# The folder is made as a stranger would make it, and anew when what is shipped has changed.
$(HDI_DEMO): $(DEMO_SOURCES) | $(INSTALLED)
	@rm -rf $(HDI_HOME)/zhengxin.toml $(HDI_HOME)/seeds
	@$(ZHENGXIN) init --from hdi $(HDI_HOME)
	@touch $@

$(CENSUS_DEMO): $(DEMO_SOURCES) | $(INSTALLED)
	@$(ZHENGXIN) --home $(CENSUS_HOME) demo census
	@touch $@

$(ASEM_DEMO): $(DEMO_SOURCES) $(wildcard orchestration/demo/data/asem/*) | $(INSTALLED)
	@$(ZHENGXIN) --home $(ASEM_HOME) demo asem
	@touch $@
