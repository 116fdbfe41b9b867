# Commands of the project; `make help` lists them. Only Python 3.11 or newer, make and git are taken for granted.

PY := .venv/bin/python
PO := $(wildcard webapp/translations/*/LC_MESSAGES/*.po)
MO := $(PO:.po=.mo)
ENOUGH := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))

# One more than processors: some tests wait for programs that they have started.
TESTERS = $(shell expr $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1) + 1)

# The tests start a hundred programs: each of them would compile the whole product anew, those of one moment together.
unexport PYTHONDONTWRITEBYTECODE
BYTECODE = $(PY) -m compileall -q -j 2 config.py wsgi.py webapp bot worker

.DEFAULT_GOAL := help
.PHONY: help setup run test check types style texts figures bench clean

help: ## what can be done
	@echo "Tanggap. Commands:"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.installed $(MO) ## install what is locked in requirements.lock into .venv
	@:

run: setup ## run the city at http://127.0.0.1:8000 (PORT=...) until Ctrl-C
	@exec $(PY) -m webapp.embedded

# The figures' arithmetic is compiled while the tests are being read; the plugin of schemathesis takes two seconds in
# every process, and no test uses it.
test: setup ## all tests, on real engines and a real browser (ARGS=... for pytest)
	@$(PY) -m tests.chromium
	@$(BYTECODE)
	@$(PY) -m webapp.indicators.warming & \
	$(PY) -m pytest -n $(TESTERS) --dist worksteal -p no:schemathesis $(ARGS); result=$$?; wait; exit $$result

figures: setup
	@$(BYTECODE)
	@$(PY) -m webapp.indicators.warming

check: style types texts ## format, lint, types, import rules, translations (-j 3: side by side)

style: setup
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@.venv/bin/lint-imports

types: setup
	@$(PY) -m mypy

texts: setup
	@$(PY) -m pytest -q tests/architecture/test_catalogue.py

bench: setup ## all benchmarks, or one (NAME=import): JSON lines, a table on stderr
	@$(PY) -m tests.benchmarks $(NAME)

clean: ## remove .venv, caches and compiled translations; the city's data in var/ stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	rm -f $(MO)
	find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +

# uv is taken from the lock as well, hash and all; where it cannot be had, pip does the same more slowly.
.venv/.installed: requirements.lock
	@python=""; \
	for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	    if $$candidate -c '$(ENOUGH)' >/dev/null 2>&1; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	    echo "Tanggap needs Python 3.11 or newer with its venv module: install it (Debian, Ubuntu: apt-get install python3-venv) or name it, as in make $(MAKECMDGOALS) PYTHON=/path/to/python3.12" >&2; \
	    exit 1; \
	fi; \
	echo "installing into .venv ..." >&2; \
	$(PY) -c '$(ENOUGH)' >/dev/null 2>&1 || $$python -m venv --clear .venv || exit 1; \
	awk '/^[a-z]/ { on = /^uv==/ } on' requirements.lock > .venv/uv.lock; \
	if $(PY) -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r .venv/uv.lock; then \
	    UV_PYTHON_DOWNLOADS=never .venv/bin/uv pip sync -q --python $(PY) --require-hashes requirements.lock; \
	else \
	    $(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock; \
	fi
	@touch $@

%.mo: %.po .venv/.installed
	@.venv/bin/pybabel -q compile --input-file=$< --output-file=$@
