# make run opens Geneweave; make test installs what the tests need and runs them all.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && { echo $$p; break; }; done)

.PHONY: run test slow benchmark lint clean

run: $(VENV)/.ready
	@exec $(BIN)/python -m app

test: $(VENV)/.ready-for-tests
	$(BIN)/python tests/install_tools.py
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -n 2 tests/unit tests/app
	$(BIN)/python -m pytest tests/browser tests/integration

slow: $(VENV)/.ready-for-tests
	$(BIN)/python tests/install_tools.py
	$(BIN)/python -m pytest -m slow

benchmark: $(VENV)/.ready-for-tests
	$(BIN)/python -m tests.benchmarks

lint: $(VENV)/.ready-for-tests
	$(BIN)/ruff check .

clean:
	rm -rf $(VENV)

$(VENV)/.ready: requirements.txt
	@test -n "$(PYTHON)" || { echo "Geneweave needs Python 3.11 to 3.13, and none was found. Install one, or say: make PYTHON=/path/to/python3.12"; exit 1; }
	@echo "Setting up Geneweave with $$($(PYTHON) --version): a few minutes, once."
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.ready-for-tests: $(VENV)/.ready tests/requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@
