# Two commands do all the set-up:  make run  (runs the whole lecture)  and  make test.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
INSTALLED := $(VENV)/installed
TESTABLE := $(VENV)/testable
SERVABLE := $(VENV)/servable
# make run JOBS=1: how many notebooks run at once; without it tools.notebooks.default_jobs decides
JOBS ?=
TOOL_JOBS := $(if $(JOBS),--jobs $(JOBS))
# How glibc hands out memory: arrays in huge pages, and kept for the next array. By default TensorFlow's large arrays go
# back to the system after each operation, and up to a quarter of the processor's time goes into page faults (on a virtual
# machine with two cores: lesson 5 in 97 s for 137 s, lesson 3 in 115 for 148, lesson 7 in 100 for 110).
MALLOC := glibc.malloc
export GLIBC_TUNABLES ?= $(MALLOC).hugetlb=1:$(MALLOC).arena_max=1:$(MALLOC).mmap_threshold=1073741824:$(MALLOC).trim_threshold=1073741824
# pytest-xdist 3.8 may wait for ever for a worker that it has restarted after a crash
PYTEST := $(RUN) -m pytest -n $(or $(JOBS),auto) --dist loadfile --max-worker-restart 0

.PHONY: run demo test check lab notebooks slides site dist bench bench-peers clean

run: $(INSTALLED)  ## run every lesson into build/, make pages and slides, write build/index.html
	$(RUN) -m tools.run $(TOOL_JOBS)

demo: $(SERVABLE)  ## the web pages of slides 44 and 45, and three more: http://127.0.0.1:5000, or make demo PORT=8000
	$(RUN) -m demo --port $(or $(PORT),5000)

test: $(TESTABLE)  ## lint, unit tests, every lesson and solution executed and compared, data check
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m lecture_utils.data --verify
	$(PYTEST)

check: $(TESTABLE)  ## everything of one lesson: make check LESSON=05
	test -f notebooks/source/$(LESSON)_*.py  # LESSON: a number such as 05
	$(PYTEST) notebooks/$(LESSON)_*.ipynb notebooks/solutions/$(LESSON)_*.ipynb
	$(RUN) -m pytest tests -k "$$(ls notebooks/source/$(LESSON)_*.py | sed 's|.*/\([0-9]*_\(image_\)*\([a-z]*\).*\)\.py|\1 or test_\3 or (test_exercises and \3)|')"

lab: $(INSTALLED)  ## open your own copies of the lessons in JupyterLab; answers go along into a new version
	$(RUN) -m tools.lab
	$(VENV)/bin/jupyter lab my_notebooks/01_convolution_vs_fully_connected.ipynb --ServerApp.root_dir=.

notebooks: $(INSTALLED)  ## rebuild the committed notebooks from notebooks/source/
	$(RUN) -m tools.notebooks $(TOOL_JOBS)
	$(RUN) -m tools.title

slides: $(INSTALLED)  ## build/slides/: one self-contained deck per lesson, from the committed notebooks
	$(RUN) -m tools.slides

site: $(INSTALLED)  ## build/site/: the whole lecture as a web site for any static host, from the committed notebooks
	$(RUN) -m tools.site

dist: $(INSTALLED)  ## build/dist/: the package as a wheel, and the lessons' files as an archive
	$(RUN) -m pip wheel --disable-pip-version-check --no-deps -w build/dist .
	git archive --format=zip -o build/dist/lecture_data.zip HEAD data

bench: $(INSTALLED)  ## measure speed, as ratios
	$(RUN) benchmarks/run.py
	$(RUN) benchmarks/go.py
	$(RUN) benchmarks/dehazing.py
	$(RUN) benchmarks/scene_text.py

bench-peers: $(INSTALLED)  ## measure speed beside other libraries, which it installs under build/peers; writes benchmarks/README.md
	$(RUN) benchmarks/peers.py

clean:  ## remove what was built or installed
	rm -rf build $(VENV) *.egg-info

$(INSTALLED): requirements.txt constraints.txt pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14) and 'Python 3.11 to 3.13 is needed; set PYTHON=...')"
	test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --disable-pip-version-check -r requirements.txt -c constraints.txt -e .[build]
	touch $@

$(SERVABLE): $(INSTALLED)
	$(RUN) -m pip install --disable-pip-version-check -c constraints.txt -e .[demo]
	touch $@

$(TESTABLE): $(INSTALLED)
	$(RUN) -m pip install --disable-pip-version-check -c constraints.txt -e .[test]
	touch $@
