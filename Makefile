# Two commands: `make run` and `make test`. Everything else is for those who work on it.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON_BIN := .venv/bin/python

.PHONY: help run stop test lint bench-wall shots setup setup-dev

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: setup ## Set up what is missing, load the city, and serve it until Ctrl-C
	@exec $(PYTHON_BIN) cli.py run

stop: ## Stop what `make run` started
	@if [ -x $(PYTHON_BIN) ]; then $(PYTHON_BIN) cli.py stop; else echo "Nothing is set up yet."; fi

test: setup-dev ## Run every test on a PostGIS of its own
	@$(PYTHON_BIN) -m pytest -n 2 --dist loadfile

lint: setup-dev ## Check style and types
	@$(PYTHON_BIN) -m ruff check .
	@$(PYTHON_BIN) -m mypy .

bench-wall: setup-dev ## Measure what the running wall asks of a browser (COPY=URL: a full map, too, on a copy to be filled)
	@$(PYTHON_BIN) -m bench.wall $(if $(COPY),--copy '$(COPY)')

shots: setup-dev ## Take pictures of the running screen into shots/
	@$(PYTHON_BIN) -m bench.shots

setup: ## Install what running needs
	@sh scripts/packages.sh run
	@sh scripts/environment.sh requirements.txt
	@sh scripts/browser-libraries.sh run

setup-dev: ## Install what running, tests and checks need
	@sh scripts/packages.sh test
	@sh scripts/environment.sh requirements-dev.txt
	@sh scripts/browser-libraries.sh test
