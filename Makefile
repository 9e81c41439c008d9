# Every target makes the environment that it needs. The versions are those of requirements/, checked by hash.
PY ?= python3
V := .venv
BIN := $(V)/bin
CARGS ?=
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: demo test unit check stories bench lock format clean help
help:
	@echo "make demo     the main job on sample posts: see digests arrive"
	@echo "make test     all tests, long things sampled"
	@echo "make check    lint and types"
	@echo "make stories  kills, faults and the browser, at full length"
	@echo "make bench    the figures, one JSON line each"

$(BIN)/uv: requirements/build.txt
	@$(PY) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Call: make PY=python3.12") if sys.version_info < (3, 11) else None'
	@$(PY) -m venv --clear --without-pip $(V)
	@echo "Installing into $(V) ..." >&2
	@$(PY) -m pip -q --python $(BIN)/python install --require-hashes -r requirements/build.txt
	@touch $@

# The project itself is installed editable: the checkout is what runs.
$(V)/.run: $(BIN)/uv requirements/run.txt pyproject.toml
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/run.txt
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@
$(V)/.dev: $(V)/.run requirements/dev.txt
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

demo: $(V)/.run
	@$(BIN)/newsletter demo
test: $(V)/.dev
	$(BIN)/python -m pytest -q -n 2 -m "not long" $(CARGS)
unit: $(V)/.dev
	$(BIN)/python -m pytest -q tests/unit tests/contract $(CARGS)
check: $(V)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
stories: $(V)/.dev
	$(BIN)/python -m pytest -q -m "story or browser or long" $(CARGS)
bench: $(V)/.dev
	$(BIN)/newsletter bench
format: $(V)/.dev
	$(BIN)/ruff check --fix -q . ; $(BIN)/ruff format -q .
lock: $(BIN)/uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/build.in -o requirements/build.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --all-extras --group dev pyproject.toml -o requirements/dev.txt
clean:
	rm -rf $(V) newsletter-demo dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
