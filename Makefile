# make talk   start her          make test   everything a change must pass
# make prove  the long proofs    make fix    mend format and lint    make clean   take away what was made here

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
# What an installation depends on: when one of these changes, it is made anew.
STAMP  := $(shell cat pyproject.toml constraints.txt | cksum | cut -d' ' -f1)

.PHONY: talk test prove fix clean

talk: $(VENV)/.installed-$(STAMP)
	@$(BIN)/samantha $(ARGS)

test: $(VENV)/.tools-$(STAMP)
	$(BIN)/ruff format --check src tests evals training
	$(BIN)/ruff check src tests evals training
	$(BIN)/mypy
	$(BIN)/pytest -n 2 --dist loadgroup --cov --cov-report=term:skip-covered -rs

prove: $(VENV)/.tools-$(STAMP)
	$(BIN)/pytest -m prove -s --timeout 3600
	$(BIN)/samantha bench turn

fix: $(VENV)/.tools-$(STAMP)
	$(BIN)/ruff check --fix src tests evals training
	$(BIN)/ruff format src tests evals training

clean:
	rm -rf $(VENV) .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.installed-$(STAMP):
	@echo "Setting up in $(VENV); this happens once and takes about half a minute." >&2
	@sh scripts/install.sh "$(PYTHON)" "$(VENV)" .
	@rm -f $(VENV)/.installed-* && touch $@

$(VENV)/.tools-$(STAMP): $(VENV)/.installed-$(STAMP)
	@sh scripts/install.sh "$(PYTHON)" "$(VENV)" ".[dev]"
	@rm -f $(VENV)/.tools-* && touch $@
