PYTHON ?= python3
EXTRAS ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock
AUDIT := .venv-audit/bin/pip-audit --strict --no-deps --disable-pip --requirement
INSTALL := $(PIP) --build-constraint requirements.lock

.DEFAULT_GOAL := help
.PHONY: help demo test format docs bench reproduce lock audit fuzz release clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/.train ## install, fetch MNIST, train, evaluate, save, reload, predict
	$(BIN)/tenfold demo

# With two threads each the two processes would wait for one another.
test: $(VENV)/.dev ## install the tools, check format, lint and types, run the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses 2 --dist loadfile

format: $(VENV)/.dev ## format the code and mend what the linter can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.docs ## build the guide as a site into build/site, strictly
	$(BIN)/python -m guide

bench: $(VENV)/.dev ## measure Tenfold beside its peers, into docs/benchmarks.md
	$(BIN)/python -m benchmarks

reproduce: $(VENV)/.dev ## train the networks that ship with the package again, and make their promises
	$(BIN)/tenfold train --recipe reader --out src/tenfold/model/reader
	$(BIN)/python -m tenfold.learn.lines
	$(BIN)/python -m tenfold.learn.ink_kinds
	$(BIN)/python -m tenfold.calibrate.drawn

lock: ## take the newest versions of everything into requirements.lock
	rm -rf .venv-lock
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet --upgrade pip
	.venv-lock/bin/python -m pip install --quiet torch==2.13.0
	.venv-lock/bin/python -m pip install --quiet --editable '.[train,serve]' --group dev --group release
	.venv-lock/bin/python -m pip freeze --all --exclude-editable | sed 's/+cpu$$//' > requirements.lock
	.venv-lock/bin/python -m pip install --quiet pip-tools
	.venv-lock/bin/pip-compile --quiet --strip-extras --generate-hashes --no-emit-index-url --no-header \
		--extra serve --extra postgresql --extra lists --extra telemetry --constraint requirements.lock \
		--output-file requirements-serve.lock pyproject.toml
	rm -rf .venv-lock

audit: ## look the locked versions up in the list of known vulnerabilities
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/python -m pip install --quiet pip-audit
	@if echo 'pip==24.0' | $(AUDIT) /dev/stdin 2>&1 | grep -qE 'No known|Found [0-9]+ known'; \
	then $(AUDIT) requirements.lock; \
	else echo "not audited: the list of known vulnerabilities cannot be reached from here"; fi

fuzz: $(VENV)/.dev ## damaged inputs of every kind, for a minute
	$(BIN)/python -m benchmarks.fuzz --seconds 60

release: ## rehearse a release into build/release, up to but without the upload
	$(PYTHON) -m venv .venv-release
	.venv-release/bin/python -m pip install --quiet --constraint requirements.lock pip
	.venv-release/bin/python -m pip install --quiet --constraint requirements.lock typer --group release
	.venv-release/bin/python -m release --extras "$(EXTRAS)"

clean: ## remove what make made, but no model and no report
	rm -rf $(VENV) .venv-lock .venv-audit .venv-release .venv-peers .venv-servers build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/.pip: requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(PIP) pip
	@touch $@

$(VENV)/.train: $(VENV)/.pip pyproject.toml
	$(INSTALL) --editable '.[train]'
	@touch $@

$(VENV)/.docs: $(VENV)/.train
	$(INSTALL) --editable '.[train,serve]' --group docs
	@touch $@

$(VENV)/.dev: $(VENV)/.train
	$(INSTALL) --editable '.[train,serve]' --group dev
	@touch $@
