# Everything here begins from a Python 3.11+ and a network, or from nothing to do at all. `make` alone lists it.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo up down test check bench fuzz lock logs clean bootstrap

BIN := .venv/bin
# Given on make's command line or in the environment: PORT of the pages, EXIT=1 ends the demo by itself,
# PYTHON to build .venv with, GATEHOUSE_HOME for what a stack writes.
$(foreach name,PORT EXIT PYTHON GATEHOUSE_HOME,$(if $(value $(name)),$(eval export $(name))))

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

bootstrap:
	@python=$$(command -v python3 || command -v python) || { \
	  echo "gatehouse: needs Python 3.11, 3.12 or 3.13: install one (Debian, Ubuntu: apt install python3)" >&2; exit 3; }; \
	exec "$$python" include/bootstrap.py

demo: bootstrap ## set everything up and show it: a simulated fleet, Airflow, a phase gate (PORT=8080, EXIT=1)
	@$(BIN)/gatehouse demo

up: bootstrap ## start PostgreSQL and Airflow in the background (PORT=8080)
	@$(BIN)/gatehouse up

down: bootstrap ## stop everything that up or demo started
	@$(BIN)/gatehouse down

# pytest's exit code 5 is "no test": an error, unless ARGS chose tests of the other half only.
none_chosen = { [ $$? -eq 5 ] && [ -n "$(ARGS)" ]; }

test: bootstrap ## every test: the quick ones on all cores, then those with a whole stack (ARGS="-k gate -x")
	@$(BIN)/pytest -n auto -m "not stack" $(ARGS) || $(none_chosen)
	@$(BIN)/pytest -m stack $(ARGS) || $(none_chosen)

check: bootstrap ## lint, format, types, layers, catalogue
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy include/gatehouse
	@$(BIN)/lint-imports
	@$(BIN)/gatehouse catalog check

bench: bootstrap ## measure against the peers (minutes)
	@$(BIN)/python bench/run.py $(ARGS)

fuzz: bootstrap ## garble and cut the readers' recordings for some time (MINUTES=10)
	@$(BIN)/python tests/vendors/fuzz.py --minutes $(or $(MINUTES),10) $(ARGS)

lock: bootstrap ## find the newest versions that requirements.txt allows, and pin them by hash
	@UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --upgrade --quiet requirements.txt -o requirements.lock

logs: ## follow the logs of everything that runs
	@exec tail -n 20 -F "$${GATEHOUSE_HOME:-.gatehouse}"/logs/*.log

clean: bootstrap ## stop everything and forget all it wrote; .venv stays
	@$(BIN)/python -m gatehouse.local.clean
	@rm -rf .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache
