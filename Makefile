# Two commands are enough: `make lab` opens the course, `make test` proves that everything works.
# The environment lives in .venv; the stamps in it say what is installed, so nothing runs twice.

TORCH_CPU_INDEX ?= https://download.pytorch.org/whl/cpu

VENV := .venv
LIGHT := .venv-light
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PY := $(BIN)/python
LIGHT_PY := $(subst $(VENV),$(LIGHT),$(PY))
PIP := $(PY) -m pip --disable-pip-version-check --quiet
TORCH := $(shell sed -n 's/^\(torch==[0-9.]*\).*/\1/p' constraints.txt)
NOTEBOOKS := $(sort $(wildcard notebooks/*.ipynb solutions/*/*.ipynb))

# The first interpreter that is new enough and can make environments (a command may exist and not run).
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo "$$p"; break; }; done)

.PHONY: help lab test test-without-torch lint types unit notebooks-test browser-test test-grading notebooks exercises bench constraints doctor browser sandbox clean

help:  ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{printf "%-24s%s\n", $$1, $$2}'

lab: $(VENV)/.course  ## open your copies of the course in JupyterLab (installs it first)
	$(PY) -m course_lib.lab $(LAB_FLAGS)

test: browser sandbox  ## everything: lint, types, unit tests, notebooks, a browser's depth slider
	@$(PY) tools/run_tests.py "$(MAKE) --no-print-directory lint" "$(MAKE) --no-print-directory types"

test-without-torch: $(LIGHT)/.test  ## the same but training, in an environment that has no torch
	$(LIGHT_PY) tools/run_without_torch.py

lint: $(VENV)/.test  ## ruff on code and notebooks; rules for stored notebooks
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) tools/run_notebooks.py --check $(NOTEBOOKS)
	$(PY) tools/make_exercises.py --check

types: $(VENV)/.test  ## mypy
	$(PY) -m mypy

unit: $(VENV)/.test  ## unit tests and docstring examples
	$(PY) -m pytest -m "not browser and not grading" course_lib tests

notebooks-test: $(VENV)/.test  ## run every notebook and compare its stored outputs
	$(if $(NOTEBOOKS),$(PY) -m pytest $(NOTEBOOKS),@echo "There are no notebooks yet.")

browser-test: browser  ## drive every widget in JupyterLab in a real browser
	$(PY) -m pytest -m browser tests

test-grading: sandbox  ## grade all hostile submissions, also the slow ones
	$(PY) -m pytest tests/grading

notebooks: $(VENV)/.test  ## run every notebook and store its outputs
	$(PY) tools/run_notebooks.py $(NOTEBOOKS)

exercises: $(VENV)/.test  ## make exercises/ from solutions/
	$(PY) tools/make_exercises.py

bench: $(VENV)/.test  ## measure speed, as ratios against the plain way
	@set -e; for file in $(sort $(wildcard benchmarks/*.py)); do echo "== $$file"; $(PY) $$file; done

constraints: $(VENV)/.test  ## pin what pyproject.toml asks for (UPGRADE=--upgrade: the newest)
	$(PIP) install --editable ".[dev]"
	$(PY) tools/pin_versions.py $(UPGRADE)

doctor: $(VENV)/.course  ## is this machine ready?
	$(PY) -m course_lib.doctor

browser: $(VENV)/.test  ## find a browser for the tests, or install one
	$(PY) tools/install_browser.py

sandbox: $(VENV)/.test  ## install bubblewrap for the grading tests, or say what is missing
	$(PY) tools/install_sandbox.py

clean:  ## remove the environment and all caches
	rm -rf $(VENV) $(LIGHT) .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist

$(VENV)/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer with venv was found. Install one \
	(on Debian or Ubuntu: apt-get install python3-venv) or name it: make lab PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# On Linux the package registry serves a CUDA build of torch, gigabytes large. A folder of wheels that
# pip knows (PIP_FIND_LINKS) comes first, then PyTorch's own index; never anything but the CPU build.
# Python's own pip may be years old, and then takes twice the time; modules are compiled when used.
define INSTALL
	$(PIP) install --upgrade --constraint constraints.txt pip
	@test "$$(uname -s)" != Linux || $(CPU_TORCH)
	$(PIP) install --no-compile --constraint constraints.txt --editable "$(1)"
	@$(PY) -c "from matplotlib import font_manager" 2>/dev/null || true  # it lists the fonts once
endef

CPU_TORCH = $(PIP) install --no-compile --no-deps --no-index "$(TORCH)+cpu" 2>/dev/null \
	|| $(PIP) install --no-compile --no-deps --timeout 20 --retries 1 --index-url $(TORCH_CPU_INDEX) "$(TORCH)+cpu" \
	|| { echo "The CPU build of $(TORCH) could not be installed: $(TORCH_CPU_INDEX) did not serve it. \
	Check the network, or put the wheel in a folder and run: PIP_FIND_LINKS=/that/folder make lab"; exit 1; }

$(VENV)/.course: $(VENV)/pyvenv.cfg pyproject.toml constraints.txt
	@echo "Installing the course into $(VENV). The first time this takes a few minutes."
	$(call INSTALL,.)
	@touch $@

$(VENV)/.test: $(VENV)/pyvenv.cfg pyproject.toml constraints.txt
	@echo "Installing the course and its tests into $(VENV). The first time this takes a minute or two."
	$(call INSTALL,.[test])
	@touch $(VENV)/.course $@

$(LIGHT)/.test: pyproject.toml constraints.txt tools/run_without_torch.py
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer with venv was found."; exit 1; }
	$(PYTHON) -m venv $(LIGHT)
	$(LIGHT_PY) tools/run_without_torch.py --install
	@touch $@
