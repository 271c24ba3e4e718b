# Footnote. `make run` starts it, `make test` tests it, `make help` lists the rest.
# Works with GNU make 3.81 and later; for Windows, docs/index.md has the plain commands.

# Which Python makes the virtual environment; empty: the first of the usual names that is new enough.
PYTHON ?=
# Where a CPU build of torch comes from. Without it PyPI's build is taken, on Linux with gigabytes of CUDA.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
TORCH := $(shell grep -o '^torch==[0-9.]*' requirements.txt)
# LITE=1 installs requirements-lite.txt instead: 0.5 GB, without torch.
LITE ?=
# More arguments for `make test`, `make test-all`, `make eval` and `make bench`: make test ARGS="-k console"
ARGS ?=
# A file's tests stay on one worker: its models and bots start once. Files start in the order of their names, so that
# the long ones are not the last. A worker that dies ends the run: with --dist loadfile another one would get no tests.
PYTEST := -m pytest -n auto --dist loadfile --no-loadscope-reorder --max-worker-restart 0
# The only questions that `make eval` asks, and of which documents; empty: those of every set below.
EVAL_DOCUMENTS ?= seeds
EVAL_QUESTIONS ?=
# Questions about the release article: with gold spans, and as members type them.
ARTICLE_SETS := tests/data/article.jsonl tests/data/members.jsonl
# The articles and questions of SQuAD 2.0, which are not part of this repository.
SQUAD := ../shared/eval/squad2

VENV := .venv
PY := $(VENV)/bin/python
# pip shows its progress bars on a terminal; elsewhere only warnings, kept for a failure.
PIP := $(PY) -m pip --disable-pip-version-check $(shell [ -t 2 ] || echo -q)
# Standard input belongs to the bot and standard output to its answers: no step before it touches either.
ASIDE := </dev/null >&2

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test test-all test-llm test-image lint types docs eval record bench bench-scale torture train lock install browser s3-server

help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "make %-11s %s\n", $$1, $$2}' Makefile

run: $(VENV)/.installed$(if $(LITE),-lite) ## Install, build the index if it is missing or stale, start the bot or the console
# Exit code 4 is "no source can be read": the old index, if there is one, keeps serving.
	@echo "Looking whether the index fits the sources ..." >&2
	@$(PY) -m index reindex --if-stale $(ASIDE) || [ $$? -eq 4 ]
	@echo "Starting ..." >&2
	@exec $(PY) -m bot

test: $(VENV)/.installed-dev ## Run the tests that take few minutes; ARGS="-k name" picks some
	@$(PY) $(PYTEST) -m "not e2e and not browser and not slow" $(ARGS)

test-all: $(VENV)/.installed-dev browser s3-server ## Run all tests but test-llm's: those with processes, a browser and tortures too
	@$(PY) $(PYTEST) --hypothesis-profile=full -m "not llm" $(ARGS)

# One process: the model takes a core of its own.
test-llm: $(VENV)/.installed-llm ## Run the tests that ask a real language model, after downloading one (480 MB)
	@$(PY) -m tests.support.llm_weights $(ASIDE)
	@$(PY) -m pytest -m llm $(ARGS)

test-image: $(VENV)/.installed-dev ## Build the container image without a registry and start it; as root on Debian, else it says why not
	@PYTHON=$(PY) deploy/docker/test-image.sh

lint: $(VENV)/.installed-dev ## Check style, format and who imports whom
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(VENV)/bin/lint-imports --no-cache --no-logo

types: $(VENV)/.installed-dev ## Check types
	@$(PY) -m mypy

docs: $(VENV)/.installed-docs ## Generate what the code knows in docs/, and build the site strictly into build/site
	@$(PY) -m docs.generate
	@NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict

eval: $(VENV)/.installed ## Ask every set of questions and show the figures beside those last recorded
	@if [ -n "$(EVAL_QUESTIONS)" ]; then \
	  $(PY) -m index eval --documents $(EVAL_DOCUMENTS) --questions $(EVAL_QUESTIONS) $(ARGS); \
	else $(call each-set,$(ARGS)); fi

record: $(VENV)/.installed ## Record the figures that may not fall anew, in evaluation/results.md
	@$(call each-set,--record --worst 0)
	@if [ -d "$(SQUAD)" ]; then $(PY) -m tests.bench.sample && \
	  $(PY) -m index eval --documents build/sample/documents --questions build/sample/questions.jsonl --record --worst 0; \
	fi

# Evaluate every set with the arguments $1; the first failure ends it.
define each-set
for questions in $(ARTICLE_SETS); do \
  echo "$$questions" >&2; $(PY) -m index eval --documents seeds --questions $$questions $1 || exit; \
done; \
if [ -d "$(SQUAD)" ]; then \
  echo "$(SQUAD)" >&2; $(PY) -m index eval --documents $(SQUAD)/documents --questions $(SQUAD)/questions.jsonl $1; \
else echo "NOT MEASURED: SQuAD 2.0, for there is no $(SQUAD)" >&2; fi
endef

bench: $(VENV)/.installed-dev ## Measure speed, beside the targets
	@$(PY) -m tests.bench $(ARGS)
	@$(PY) -m tests.bench.rebuild
	@$(PY) -m tests.bench.bounds

bench-scale: $(VENV)/.installed-dev ## Measure ten million tokens of Debian's documentation, an hour; ARGS="--tokens 1000000" fewer
	@$(PY) -m tests.bench.scale $(ARGS)

torture: $(VENV)/.installed-dev browser ## Kill, fill, damage, flood and fuzz the index; ARGS="--quick" a tenth of it
	@$(PY) -m tests.torture $(ARGS)

# It starts anew if it was finished, and goes on if it was interrupted.
train: $(VENV)/.installed-dev ## Train the reader from ../shared and export it; an hour on two cores
	@$(PY) -m training.data --out build/training/data
	@$(PY) -m training.train build/training/data/*.jsonl.gz --base ../shared/models/reader --out build/training/reader \
	  --epochs 1 --frozen 6 --rate 1.2e-4 $(ARGS)
	@$(PY) -m training.export build/training/reader

install: $(VENV)/.installed-dev ## Only install, what tests need included

# What it needs wants an older python-dateutil than Footnote: it gets an environment of its own.
MOTO := moto[server]==5.2.5

s3-server: $(VENV)/.installed-dev ## Install the S3 server that tests of object storage start, if it is missing
	@[ -x build/moto/bin/moto_server ] || { $(PY) -m venv --clear build/moto && build/moto/bin/pip install --retries 2 "$(MOTO)"; } $(ASIDE)

# Some tests open pages in chromium, some have strace make writes fail, some read scans with tesseract, some start
# PostgreSQL. Where there is none they are skipped and say so; with CI=true they fail.
browser: ## Install chromium, strace, tesseract and PostgreSQL, if they are missing and this may: as root, by apt
	@for tool in chromium strace tesseract pg_ctlcluster; do \
	  package=$$tool; [ $$tool != tesseract ] || package=tesseract-ocr; \
	  [ $$tool != pg_ctlcluster ] || package=postgresql; \
	  if ! command -v $$tool >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing $$tool, which some of the tests need" >&2; \
	    export DEBIAN_FRONTEND=noninteractive; \
	    apt-get -qq update $(ASIDE); \
	    apt-get -qq -o DPkg::Lock::Timeout=120 install --no-upgrade --no-install-recommends $$package $(ASIDE) || true; \
	  fi; \
	  command -v $$tool >/dev/null || \
	    echo "There is no $$tool, which some of the tests need. On Debian: sudo apt install $$package" >&2; \
	done

# Each stamp is touched last, so that an interrupted install is done again.
# A virtual environment whose Python has gone (a system upgrade) is made anew.
STALE_STAMPS := $(shell [ -x $(PY) ] || rm -f $(VENV)/.made $(VENV)/.torch $(VENV)/.installed $(VENV)/.installed-lite $(VENV)/.installed-dev $(VENV)/.installed-llm $(VENV)/.installed-docs)

$(VENV)/.made:
	@python=; for name in $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python); do \
	  if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$name; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  version=$$($(or $(PYTHON),python3) --version 2>/dev/null) || version=missing; \
	  echo "Footnote needs Python 3.11 or later; here $(or $(PYTHON),python3) is $$version." >&2; \
	  echo "Install one, or name it: make run PYTHON=/path/to/python3.12" >&2; exit 1; \
	fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$python cannot make virtual environments. On Debian or Ubuntu: sudo apt install python3-venv" >&2; exit 1; \
	fi; \
	echo "Creating $(VENV) with $$("$$python" --version)" >&2; \
	{ "$$python" -m venv $(VENV) && $(PY) -m pip --version; } </dev/null >/dev/null 2>&1 || \
	"$$python" -m venv --clear $(VENV) $(ASIDE)
	@touch $@

# How many packages a lock file pins for this system.
count = $(shell grep -v "sys_platform == 'win32'" $1 | grep -c '==')

# What pip writes to standard error when no index can be reached.
NO_NETWORK := NewConnectionError|NameResolutionError|ConnectTimeoutError|Network is unreachable|getaddrinfo failed
# Install with the arguments $1. If that fails, say why in a line or two: pip's own account is in the log.
define pip-install
$(PIP) install --retries 2 $1 $(ASIDE) 2>$(VENV)/pip.log && rm -f $(VENV)/pip.log || { \
  if grep -qE "$(NO_NETWORK)" $(VENV)/pip.log; then \
    echo "No network: pip reaches no package index. Connect and run make again, or name a folder of wheels:" \
      "PIP_NO_INDEX=1 PIP_FIND_LINKS=FOLDER make run" >&2; \
  else grep -o 'ERROR: .*' $(VENV)/pip.log >&2; fi; \
  echo "All that pip said of it is in $(VENV)/pip.log" >&2; exit 1; }
endef

$(VENV)/.torch: $(VENV)/.made requirements.txt
	@echo "Installing $(TORCH), a CPU build (200 MB to load, 750 MB on disk) ..." >&2
	@$(PIP) install --retries 0 --timeout 10 --index-url $(TORCH_INDEX) $(TORCH) $(ASIDE) 2>/dev/null || { \
	  echo "$(TORCH_INDEX) has none for here: taking PyPI's build, on Linux with gigabytes of CUDA ..." >&2; \
	  $(call pip-install,$(TORCH)); }
	@touch $@

$(VENV)/.installed: $(VENV)/.torch requirements.txt
	@echo "Installing $(call count,requirements.txt) packages that the bot needs (1 GB on disk) ..." >&2
	@$(call pip-install,-r requirements.txt)
	@touch $@

# Files are compiled when they are first used, which leaves out 80 MB; setuptools, which Python 3.11 puts there, another 12.
$(VENV)/.installed-lite: $(VENV)/.made requirements-lite.txt
	@echo "Installing $(call count,requirements-lite.txt) packages that the bot needs (0.5 GB on disk) ..." >&2
	@$(call pip-install,--no-deps --no-compile -r requirements-lite.txt)
	@$(PIP) uninstall -y setuptools $(ASIDE) 2>/dev/null || true
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	@echo "Installing what the tests need (requirements-dev.txt) ..." >&2
	@$(call pip-install,-r requirements-dev.txt)
	@touch $@

$(VENV)/.installed-llm: $(VENV)/.installed-dev requirements-llm.txt
	@echo "Installing what runs a language model in tests (requirements-llm.txt) ..." >&2
	@$(call pip-install,-r requirements-llm.txt)
	@touch $@

$(VENV)/.installed-docs: $(VENV)/.installed requirements-docs.txt
	@echo "Installing what the documents need (requirements-docs.txt) ..." >&2
	@$(call pip-install,-r requirements-docs.txt)
	@touch $@

# uv.lock takes the pins of the other locks.
# A lock keeps its pins where they still fit: delete the files first to take the newest of everything.
# torch's CUDA packages stay out: which build of torch is installed decides whether it needs them.
lock: $(VENV)/.made ## Write the lock files from pyproject.toml
	@[ -x $(VENV)/bin/uv ] || $(PIP) install uv $(ASIDE)
	@$(call write-lock,requirements.txt)
	@$(call write-lock,requirements-lite.txt,--overrides lite-overrides.txt --constraint requirements.txt)
	@sed -i.old '1s/$$/ Install it with --no-deps: see lite-overrides.txt./' requirements-lite.txt && rm requirements-lite.txt.old
	@$(call write-lock,requirements-dev.txt,--extra dev --constraint requirements.txt)
	@$(call write-lock,requirements-llm.txt,--extra llm --constraint requirements-dev.txt)
	@$(call write-lock,requirements-docs.txt,--extra docs --constraint requirements.txt)
	@echo "Resolving uv.lock" >&2
	@$(VENV)/bin/uv lock --quiet --python $(PY) $$(cat requirements-dev.txt requirements-docs.txt requirements-llm.txt | \
	  awk -F '==| ' '/==/ && $$1 != "torch" {if ($$1 in pin && pin[$$1] != $$2) two[$$1]; pin[$$1] = $$2} \
	    END {for (name in pin) if (!(name in two)) print "-P " name "==" pin[name]}')

define write-lock
echo "Resolving $1" >&2; \
$(VENV)/bin/uv --no-config pip compile pyproject.toml $2 --quiet --universal --python-version 3.11 \
  --no-emit-index-url --no-header --annotation-style line --output-file $1 && \
{ echo "# Written by 'make lock' from pyproject.toml. No CUDA packages: see the Makefile."; \
  grep -vE '^(#|nvidia-|cuda-|triton=)' $1 | sed 's/ *# via /  # via /'; } >$1.new && mv $1.new $1
endef
