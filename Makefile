# Everything goes into this folder: .venv (the tap and its tools), .meltano (the loaders'
# environments and the state) and output (what was loaded).

# The first of these that runs. target-duckdb cannot be installed on Python 3.14; the tap can.
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3; do \
	$$python -I -c '' 2>/dev/null && { echo $$python; break; }; done)
PACKAGES := .venv/.installed
PLUGINS := .meltano/.installed
TESTED_PLUGINS := .meltano/.installed-for-tests
# Virtual environments that only some of the tests need, each of a file in requirements/.
EMULATORS := .meltano/environments/emulators
DAGSTER := .meltano/environments/dagster
WAREHOUSES := $(EMULATORS) $(addprefix .meltano/environments/,fakesnow dbt-oldest target-bigquery \
	target-csv target-s3 target-gcs target-clickhouse)
EMULATED_MODELS := .meltano/.installed-for-emulated-models

# Nothing of the caller's own set-up: no activated environment, no settings, no credentials.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE VIRTUAL_ENV
unexport $(filter MELTANO_% TAP_ZENCODER_% TARGET_%,$(.VARIABLES))
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: help install demo report test test-documents test-pythons test-report test-warehouses test-schedules test-dagster soak bench lint format hub dist requirements clean
.DELETE_ON_ERROR:

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-17s%s\n", $$1, $$2 }' Makefile

install: $(PLUGINS) ## Install the tap, Meltano, target-duckdb and dbt into this folder

demo: $(PLUGINS) ## Load made-up data and make a report; again, and it resumes
	@python scripts/demo.py

report: $(PLUGINS) ## Make a page from what you have loaded into DuckDB
	@$(if $(TARGET_DUCKDB_FILEPATH),TARGET_DUCKDB_FILEPATH='$(TARGET_DUCKDB_FILEPATH)') DBT_QUIET=true meltano --log-format=plain invoke dbt-duckdb:build-and-report

# More workers than cores: many tests wait.
test: $(TESTED_PLUGINS) ## Run the tests
	pytest --numprocesses 4 --dist worksteal

test-documents: $(TESTED_PLUGINS) ## Follow README and docs, installations included
	$(UV) TEST_DOCUMENTS=all pytest tests/documents

test-report: $(TESTED_PLUGINS) $(EMULATORS) ## Look at the report in headless Chromium, and make it fail
	TEST_REPORT=all pytest tests/pages

test-warehouses: $(TESTED_PLUGINS) $(WAREHOUSES) $(EMULATED_MODELS) ## Load into every warehouse, and build the models; those in a cloud are emulators
	TEST_WAREHOUSES=all pytest --numprocesses 2 --dist worksteal tests/warehouses tests/models

test-schedules: $(PACKAGES) $(EMULATORS) ## Run the schedules of examples/ as CI systems do
	$(UV) TEST_SCHEDULES=all pytest --numprocesses 2 --dist worksteal tests/schedules

test-dagster: $(TESTED_PLUGINS) $(DAGSTER) $(EMULATORS) ## Share the work among Dagster's workers, and kill one
	PYTHONPATH=tests pytest -p conftest examples/dagster

soak: $(PACKAGES) ## Run the randomised tests with 100 seeds
	pytest --seeds 0-99 -m seeded

bench: $(TESTED_PLUGINS) benchmarks/.venv-dlt benchmarks/.venv-airbyte ## Measure the tap against alternatives (a quarter of an hour)
	PYTHONPATH=tests python benchmarks/bench.py

benchmarks/.venv-%: benchmarks/requirements/%.txt
	@$(PYTHON) -m venv --clear $@
	@$@/bin/$(PIP) --no-compile --require-hashes -r $<
	@touch $@

WORKFLOWS = .github/workflows/*.yml examples/github/*.yml
lint: $(PACKAGES) ## Check style, types, imports, workflows and meltano.yml
	ruff check
	ruff format --check
	mypy
	lint-imports --no-cache --no-logo
	check-jsonschema --builtin-schema vendor.github-workflows $(WORKFLOWS)
	check-jsonschema --builtin-schema vendor.gitlab-ci examples/gitlab/*.yml
	check-jsonschema --builtin-schema vendor.meltano meltano.yml examples/loaders.meltano.yml
	check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/*.yml
	zizmor --quiet --offline $(WORKFLOWS) .github/dependabot.yml

format: $(PACKAGES) ## Put the code into its standard form
	ruff check --fix
	ruff format

hub: $(PACKAGES) ## Write the entry for the Meltano Hub
	python scripts/hub_entry.py

dist: $(PACKAGES) ## Build the sdist and the wheel, and prove the wheel on each Python here
	@rm -rf dist && mkdir dist
	@python -m build --no-isolation >dist/build.log 2>&1 || { cat dist/build.log; exit 1; }
	@rm dist/build.log
	python scripts/prove_wheel.py

test-pythons: dist ## Test the wheel on each Python here, without Meltano
	$(UV) python scripts/try_pythons.py

requirements: $(PACKAGES) ## Pin the newest versions that fit, with hashes
	@$(COMPILE) pyproject.toml --group dev --output-file requirements/dev.txt
	@$(COMPILE) pyproject.toml --constraints requirements/dev.txt --output-file requirements/tap.txt
	@cd requirements && $(COMPILE) --group uv --constraints dev.txt --output-file uv.txt
	@cd requirements && for group in $(GROUPS); do \
		$(COMPILE) --group $$group --output-file $$group.txt || exit 1; done
	@cd benchmarks/requirements && for group in dlt airbyte; do \
		$(COMPILE) --group ../../requirements/pyproject.toml:$$group --output-file $$group.txt || exit 1; done

GROUPS := $(filter-out dev tap uv,$(notdir $(basename $(wildcard requirements/*.txt))))

# uv comes with Meltano, which installs the plugins with it. It does not read pip's
# configuration: it gets the index that pip is configured to use, if any, and the
# certificates that this machine trusts.
UV = UV_SYSTEM_CERTS=true UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$( \
	python -m pip config get global.index-url 2>/dev/null)}}"
COMPILE = $(UV) uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-strip-extras --custom-compile-command 'make requirements'

clean: ## Remove everything that make made, loaded data and state included
	rm -rf .venv .meltano dist benchmarks/.venv-* dbt/target dbt/logs .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find output -mindepth 1 ! -name .gitignore -delete
	find . -name __pycache__ -prune -exec rm -rf {} +

# Errors only. Python compiles what is used, when it is used.
PIP = python -m pip install -qq --disable-pip-version-check

$(PACKAGES): pyproject.toml requirements/dev.txt requirements/uv.txt
	@$(or $(PYTHON),false) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
		echo 'This needs Python 3.11, 3.12 or 3.13: make PYTHON=/path/to/python3.13 (the tap alone also runs on 3.14: docs/install.md)' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { \
		echo 'This Python cannot make virtual environments (on Debian: install python3-venv)' >&2; exit 1; }
	@echo 'Installing the tap and its tools into .venv ...'
	@$(PYTHON) -m venv --clear .venv
	@$(PIP) --no-compile --require-hashes -r requirements/uv.txt
	@$(UV) uv pip install --quiet --require-hashes -r requirements/dev.txt
	@$(UV) uv pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(PLUGINS): $(PACKAGES) meltano.yml $(wildcard requirements/ta*.txt) requirements/dbt-duckdb.txt
	@echo 'Installing the plugins into .meltano ...'
	@$(UV) meltano --log-level=warning install tap-zencoder target-duckdb dbt-duckdb
	@chmod 700 .meltano output # credentials during a run, and addresses
	@touch $@

$(TESTED_PLUGINS): $(PLUGINS) requirements/meltano-map-transform.txt requirements/dbt-postgres.txt
	@echo 'Installing more loaders and the mapper into .meltano ...'
	@$(UV) meltano --log-level=warning install \
		target-jsonl target-postgres meltano-map-transform dbt-postgres
	@touch $@

$(EMULATED_MODELS): $(PLUGINS) requirements/dbt-bigquery.txt
	@echo 'Installing dbt for BigQuery into .meltano ...'
	@$(UV) meltano --log-level=warning install dbt-bigquery
	@touch $@

# What cannot be installed here leaves a log, with which its tests say why they are skipped.
.meltano/environments/target-bigquery .meltano/environments/target-s3: private PYTHON = 3.11
.meltano/environments/%: requirements/%.txt | $(PACKAGES)
	@echo 'Installing $* into $@ ...'
	@mkdir -p $(@D)
	@{ uv venv --quiet --clear --no-python-downloads --python $(PYTHON) $@ && \
		$(UV) uv pip install --quiet --python $@ --no-deps --require-hashes -r $<; } >$@.log 2>&1 || rm -rf $@
