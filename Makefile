# make reports   the main job: set up, then build and render the open edition
# make test      fast checks; make gates: slow ones; make bench: speed and calibration
PYTHON ?= python3
BIN := .venv/bin
EDITION ?= lbbd-open
# Neighbours stay with one worker, so that what a file of tests shares is made once.
PARALLEL := -n 2 --dist worksteal

.PHONY: reports test gates bench docs lint clean

reports: .venv/ready
	$(BIN)/spi all $(EDITION)

test: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest $(PARALLEL) -m "not gate"

gates: .venv/ready .venv/gates
	$(BIN)/python -m pytest $(PARALLEL) -m gate

bench: .venv/ready
	$(BIN)/python -m benchmarks

# With Quarto as chapters of the site, without it by the built-in engine.
docs: .venv/ready
	$(BIN)/python docs/make.py

lint: .venv/ready
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Pinned versions with hashes, then the package itself, without asking a registry for anything else.
.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14) and 'Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.11')"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# What the slow checks need beyond Python; where it cannot be installed they skip and say so.
.venv/gates: .venv/ready
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
	  { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
	  echo "no Chromium and no way to install it here: the browser checks will be skipped"
	@command -v npm >/dev/null && npm install --silent --no-save --prefix .venv/node axe-core@4.14.1 || \
	  echo "no npm: the accessibility checks will be skipped"
	@command -v quarto >/dev/null || echo "no Quarto: its half of the conformance checks will be skipped"
	@touch $@

clean:
	rm -rf .venv reports/lbbd-* reports/.private reports/spi-fault-*.log .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info
