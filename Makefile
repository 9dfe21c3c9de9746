# Two commands: `make run` asks the policy book on http://127.0.0.1:7860, `make test` runs every test.
# Each sets up whatever it needs first, and only what is missing. Everything made lives under var/.

PYTHON    ?= $(shell command -v python3.11 || command -v python3)
QUESTIONS ?= ../shared/eval/dev.jsonl
PYTEST    ?=
VENV      := var/venv
PY        := $(VENV)/bin/python
APT       := .ci/apt
# A folder made by `make bundle`: packages and models come from it, and nothing is asked of a network.
BUNDLE    ?=
export BUNDLE

# An installed environment is known by the digest of what it was installed from: another pin, another stamp.
digest     = $(shell cat $(1) | sha256sum | cut -c1-12)
INSTALLED := $(VENV)/.installed-$(call digest,requirements.txt)
TESTABLE  := $(VENV)/.testable-$(call digest,requirements.txt tests/requirements.txt)
export TOKENIZERS_PARALLELISM ?= true
export PYTHONUNBUFFERED ?= 1

.PHONY: setup models index run check test coverage eval bench lock sbom bundle

setup: $(INSTALLED) models  ## virtual environment, pinned packages, models

models: $(INSTALLED)
	@$(if $(BUNDLE),.ci/unbundle $(BUNDLE))
	@$(PY) -m models
	@$(PY) -m rag.reading

index: setup  ## documents in, index out; an unchanged corpus is left alone
	@$(PY) -m index

run: index  ## the page
	$(PY) ui.py

check: $(TESTABLE)  ## format, lint, types; what they remember lies under var/
	@$(VENV)/bin/ruff format --check --quiet . || { echo '格式不一致，请运行：$(VENV)/bin/ruff format .' >&2; exit 1; }
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/mypy

# Three files at a time, a thread each: many tests wait for a page, a child process or one core.
test: check index $(TESTABLE)  ## all tests; PYTEST="-k name" narrows them
	OMP_NUM_THREADS=1 TIAOWEN_THREADS=1 $(PY) -m pytest -q -n 3 --dist loadfile tests $(PYTEST)

coverage: index $(TESTABLE)  ## lines run by the tests, room by room
	OMP_NUM_THREADS=1 TIAOWEN_THREADS=1 $(PY) -m coverage run -m pytest -q tests $(PYTEST)
	@$(PY) -m coverage combine --quiet
	@$(PY) tests/coverage_by_room.py

eval: index  ## scores of search and answers on QUESTIONS
	$(PY) -m eval $(QUESTIONS) --mode search
	$(PY) -m eval $(QUESTIONS) --mode answer

bench: index  ## seconds and memory of every part, on this machine
	$(PY) -m eval.bench

lock:  ## requirements.lock and tests/requirements.lock: every package with the sha256 of its wheel
	@$(PY) .ci/lock

sbom: $(INSTALLED)  ## var/sbom.json: what is installed, as CycloneDX
	@test -x var/tools/bin/cyclonedx-py || { $(PYTHON) -m venv var/tools && var/tools/bin/pip install --quiet --disable-pip-version-check cyclonedx-bom==7.5.0; }
	@var/tools/bin/cyclonedx-py environment $(PY) --pyproject pyproject.toml --output-reproducible -o var/sbom.json && echo 已写入 var/sbom.json

bundle: setup sbom  ## var/bundle: wheels, models, exports and their sha256, for machines without a registry
	@.ci/bundle $(PY) var/bundle

$(INSTALLED): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo '需要 Python 3.11 或更新版本，可用 make PYTHON=/路径/python3.11 指定' >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || $(APT) python3-venv
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@$(if $(BUNDLE),.ci/unbundle --check $(BUNDLE))
	@.ci/install $(PY) requirements.lock requirements.txt
	@rm -f $(VENV)/.installed-* && touch $@

$(TESTABLE): $(INSTALLED) tests/requirements.txt
	@.ci/install $(PY) tests/requirements.lock requirements.txt tests/requirements.txt
	@command -v chromium >/dev/null || $(APT) chromium fonts-noto-cjk
	@rm -f $(VENV)/.testable-* && touch $@
