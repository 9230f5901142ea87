# Two commands do all the set-up:  make run  (runs the whole lecture)  and  make test.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
INSTALLED := $(VENV)/installed
TESTABLE := $(VENV)/testable

.PHONY: run test lab notebooks slides bench clean

run: $(INSTALLED)  ## run every lesson into build/, make pages and slides, write build/index.html
	$(RUN) -m tools.run

test: $(TESTABLE)  ## lint, unit tests, every lesson and solution executed and compared, data check
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m lecture_utils.data --verify
	$(RUN) -m pytest

lab: $(INSTALLED)  ## open the notebooks in JupyterLab
	$(VENV)/bin/jupyter lab notebooks

notebooks: $(INSTALLED)  ## rebuild the committed notebooks from notebooks/source/
	$(RUN) -m tools.notebooks
	$(RUN) -m tools.title

slides: $(INSTALLED)  ## build/slides/: one self-contained deck per lesson, from the committed notebooks
	$(RUN) -m tools.slides

bench: $(INSTALLED)  ## measure speed, as ratios
	$(RUN) benchmarks/run.py
	$(RUN) benchmarks/go.py

clean:  ## remove what was built or installed
	rm -rf build $(VENV) *.egg-info

$(INSTALLED): requirements.txt constraints.txt pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed; set PYTHON=...')"
	test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --disable-pip-version-check -r requirements.txt -c constraints.txt -e .[build]
	touch $@

$(TESTABLE): $(INSTALLED)
	$(RUN) -m pip install --disable-pip-version-check -c constraints.txt -e .[test]
	touch $@
