# make reports   the main job: set up, then build and render the open edition
# make test      fast checks; make gates: slow ones; make bench: speed and calibration
PYTHON ?= python3
BIN := .venv/bin
EDITION ?= lbbd-open
AUDIT := pip-audit==2.10.1
# Neighbours stay with one worker, so that what a file of tests shares is made once.
PARALLEL := -n 2 --dist worksteal
# Without byte code every process compiles all its libraries anew: twice the time of a build.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: reports test gates audit bench docs lint clean

reports: .venv/ready
	$(BIN)/spi all $(EDITION)

test: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@# types are checked while the tests run; either may fail
	$(BIN)/mypy & types=$$!; $(BIN)/python -m pytest $(PARALLEL) -m "not gate"; tests=$$?; wait $$types && exit $$tests

gates: .venv/ready .venv/gates
	@for name in chromium google-chrome; do command -v $$name >/dev/null && $$name --version; done || echo "no Chromium"
	$(BIN)/python -m pytest $(PARALLEL) -m gate

# Known weaknesses of what is pinned, where their list can be reached; pip-audit has an environment of its own.
# Without --strict it would pass over what the list does not know, and so over everything where there is no list.
audit: .venv/ready .venv/gates
	@$(PYTHON) -m venv .venv/audit && .venv/audit/bin/python -m pip install --quiet --disable-pip-version-check $(AUDIT) || \
	  { echo "$(AUDIT) cannot be installed here: nothing was looked up"; exit 1; }
	@.venv/audit/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.lock || \
	  { echo "read above: weaknesses found, or no list of them could be reached, and then nothing was looked up"; exit 1; }
	@npm audit --prefix .venv/node || { echo "axe-core: the same, of npm's list"; exit 1; }

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
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
	@$(BIN)/python -m compileall -q -j 0 .venv/lib >/dev/null || true  # some libraries ship files that do not compile
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# What the slow checks need beyond Python; where it cannot be installed they skip and say so.
.venv/gates: .venv/ready tests/support/node/package-lock.json
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
	  { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
	  echo "no Chromium and no way to install it here: the browser checks will be skipped"
	@# clubSandwich brings the figures of a published case
	@command -v Rscript >/dev/null || \
	  { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq --no-install-recommends r-cran-clubsandwich >/dev/null; } || \
	  echo "no R and no way to install it here: one published case will be skipped"
	@mkdir -p .venv/node && cp tests/support/node/package*.json .venv/node/
	@command -v npm >/dev/null && npm ci --silent --ignore-scripts --prefix .venv/node || \
	  echo "no npm, or axe-core is not what package-lock.json says: the accessibility checks will be skipped"
	@command -v quarto >/dev/null || echo "no Quarto: its half of the conformance checks will be skipped"
	@touch $@

clean:
	rm -rf .venv reports/lbbd-* reports/.private reports/spi-fault-*.log .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info
