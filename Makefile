# One command each: run, test, check, chaos, bench, picture. Everything that they need is set up by themselves.

PYTHON := $(shell for python in python3.13 python3.12 python3.11 python3; do \
	"$$python" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
RUN := .venv/bin/python

# `check` is the gate: nothing is committed that it refuses.
.PHONY: run test check lint chaos bench picture lock clean

run: .venv/run
	@$(RUN) -m bot run

test: .venv/dev
	@$(RUN) -m pytest -m "not chaos" -n auto --dist worksteal

check: lint test

lint: .venv/dev
	@$(RUN) -m ruff format --check .
	@$(RUN) -m ruff check .
	@$(RUN) -m mypy
	@.venv/bin/lint-imports --no-cache

chaos: .venv/dev
	@$(RUN) -m pytest -m chaos

bench: .venv/dev
	@$(RUN) -m tests.bench

picture: .venv/dev
	@$(RUN) -m tests.picture

lock: .venv/dev
	@$(RUN) -m pip install --quiet uv
	@.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate pyproject.toml --output-file requirements.txt
	@.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate pyproject.toml --group dev --constraint requirements.txt \
		--output-file requirements-dev.txt

clean:
	@rm -rf .venv

.venv/python:
	@test -n "$(PYTHON)" || { echo "Linli needs Python 3.11 or newer; please install it"; exit 2; }
	@$(PYTHON) -m venv .venv || { echo "Python cannot make virtual environments; on Debian: apt install python3-venv"; exit 2; }
	@touch $@

.venv/run: .venv/python requirements.txt
	@echo "Setting up (once) ..."
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/dev: .venv/python requirements-dev.txt
	@echo "Setting up (once) ..."
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
