# make demo: a desk to try, on any machine with Python 3.11 or later. The rest is for developers.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
STAMP := .venv/.installed
JOBS ?= 4

unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install demo check format test faults bench docs messages snapshots clean

help:
	@echo "make demo    a desk in a temporary folder, with loopback servers and played customers"
	@echo "make check   format, lint, types, import contracts, quick tests"
	@echo "make test    all tests; those that need Dovecot and Postfix are skipped without them"
	@echo "make faults  kills, cuts and outages, the long ones too"
	@echo "make bench   what docs/performance.md measures"
	@echo "make messages  the screen's sentences gathered into the catalogs of omnidesk/locale"
	@echo "make snapshots  what every screen shows is kept as it is now; look at git diff"
	@echo "make docs    docs/config.md, docs/config.schema.json, docs/cli.md and docs/keys.md from the code"

install: $(STAMP)

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed; install it or say make PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv .venv

$(STAMP): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[demo,images,test,web]'
	@touch $@

demo: $(STAMP)
	$(BIN)/omnidesk demo

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy omnidesk tests tools
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -n 2 -m "not servers and not faults"

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: $(STAMP)
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

faults: $(STAMP)
	OMNIDESK_KILLS=200 $(BIN)/python -m pytest -s -n 0 -m faults --timeout 3600

bench: $(STAMP)
	$(BIN)/python -m bench

docs: $(STAMP)
	$(BIN)/python -m tools.config_reference
	$(BIN)/python -m tools.cli_reference
	$(BIN)/python -m tools.keys_reference
	$(BIN)/python -m tools.pictures

messages: $(STAMP)
	$(BIN)/python -m tools.messages

snapshots: $(STAMP)
	$(BIN)/python -m tools.snapshots

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
