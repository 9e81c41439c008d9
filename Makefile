# Every target makes the environment that it needs. The versions are those of requirements/, checked by hash.
PY ?= python3
V := .venv
BIN := $(V)/bin
CARGS ?=
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# As pip does, uv shall trust whom this machine trusts: many organisations have a certificate authority of their own.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt),)
export UV_SYSTEM_CERTS = 1
endif

# What Python compiles is kept, out of the tree: tests start hundreds of processes, and each would compile all anew.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX = $(CURDIR)/$(V)/compiled

.PHONY: demo test unit check stories bench mjml lock migration format clean help
help:
	@echo "make demo     the main job on sample posts: see digests arrive"
	@echo "make test     all tests, long things and properties sampled"
	@echo "make unit     pure code and single rooms: seconds"
	@echo "make check    lint and types"
	@echo "make stories  kills, faults, the browser and all properties, at full length"
	@echo "make bench    the figures, one JSON line each"
	@echo "make mjml     for one of the stories, the compiler that MJML's authors keep (needs npm)"
	@echo "make format   lint's mendable findings, and the layout of the code"
	@echo "make lock     the versions of requirements/ anew"
	@echo "make migration WORDS=\"why\"   the next step of the database's schema"
	@echo "make clean    away with all that make made"

# uv comes by pip: the one of $(PY) if it knows --python (22.3 and newer), else the one that venv brings along.
$(BIN)/uv: requirements/build.txt
	@$(PY) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". If there is another one, call for example: make demo PY=python3.12") if sys.version_info < (3, 11) else None'
	@echo "Installing into $(V) ..." >&2
	@$(PY) -m venv --clear --without-pip $(V)
	@if $(PY) -m pip --python $(BIN)/python --version >/dev/null 2>&1; \
	then $(PY) -m pip -q --python $(BIN)/python install --require-hashes -r requirements/build.txt; \
	elif $(PY) -m venv --clear $(V) >/dev/null 2>&1; \
	then $(BIN)/python -m pip -q install --require-hashes -r requirements/build.txt; \
	else echo "$(PY) has neither pip 22.3 or newer nor venv's own. On Debian and Ubuntu: apt-get install python3-pip python3-venv" >&2; exit 1; fi
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
	$(BIN)/python -m pytest -q -n 2 -m "not long" tests/unit $(CARGS)
check: $(V)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
stories: $(V)/.dev
	$(BIN)/python -m pytest -q -m "story or browser or long" --hypothesis-profile=long $(CARGS)
	$(if $(CARGS),,$(BIN)/python -m pytest -q -n 2 -m "hypothesis and not (story or browser or long)" --hypothesis-profile=long)
bench: $(V)/.dev
	$(BIN)/newsletter bench
mjml: $(V)/mjml/.done
$(V)/mjml/.done: $(V)/.dev tests/mjml/package-lock.json tests/mjml/compile.mjs
	@mkdir -p $(V)/mjml && cp tests/mjml/* $(V)/mjml/
	@cd $(V)/mjml && npm ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@
format: $(V)/.dev
	$(BIN)/ruff check --fix -q . ; $(BIN)/ruff format -q .
migration: $(V)/.dev
	@$(BIN)/python -m tests.new_migration "$(WORDS)"
	@$(BIN)/ruff check --fix -q newsletter/db/migrations ; $(BIN)/ruff format -q newsletter/db/migrations
lock: $(BIN)/uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/build.in -o requirements/build.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --all-extras --group dev pyproject.toml -o requirements/dev.txt
clean:
	rm -rf $(V) newsletter-demo dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
