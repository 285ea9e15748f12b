PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help

.PHONY: repro
repro: .venv/.installed ## train CrossNet on the default task and report it: reports/index.html
	dvc repro

.PHONY: test
test: .venv/.installed-dev ## the whole test suite
	pytest

.PHONY: test-fast
test-fast: .venv/.installed-dev ## the tests of single units, in about a minute
	pytest -m "not slow"

.PHONY: lint
lint: .venv/.installed-dev ## style and types
	ruff check .
	ruff format --check .
	mypy

.PHONY: docs
docs: .venv/.installed-dev ## the documentation as a site: build/docs/index.html
	sphinx-build --quiet --fail-on-warning --keep-going -c docs . build/docs

.PHONY: bench
bench: .venv/.installed-dev ## what each piece of the engine is worth, in one table
	python -m benchmarks.ladder

.PHONY: install
install: .venv/.installed-dev ## the environment alone, with the test tools

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 10

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; name one with make PYTHON=...")'
	$(PYTHON) -m venv .venv

.venv/.installed: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	$(BIN)/python -m crossnet.report.plots_page .dvc/plots/page.html
	$(BIN)/dvc config --local plots.html_template plots/page.html
	@touch $@

.venv/.installed-dev: .venv/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
