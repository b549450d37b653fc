PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
export PIP_DISABLE_PIP_VERSION_CHECK = 1
PY = .venv/bin/python

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/run.done vendor/.done ## the portal with demo data at http://127.0.0.1:8000 (PORT=… for another)
	@$(PY) -m portal.local

# Python keeps what it has compiled, also where a container's habit forbids it: each process starts sooner.
test proof: export PYTHONDONTWRITEBYTECODE =

test: .venv/test.done vendor/.done node_modules/test.done ## the everyday suite; everything it needs comes by itself
	@$(PY) -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

proof: .venv/test.done vendor/.done node_modules/test.done ## the slow proofs: load, kills, scale, a whole start and stop; a thousand examples of each rule
	@$(PY) -m pytest -q -m 'slow or hypothesis' --hypothesis-profile=proof $(ARGS)

bench: .venv/run.done vendor/.done ## every page beside a bare Django, on throw-away servers; ten minutes, prints a table
	@$(PY) -W ignore -m tests.bench $(ARGS)

intake: .venv/test.done vendor/.done ## an intake of 3,000 applicants through HTTP, on throw-away servers; about ten minutes
	@$(PY) -W ignore -m tests.intake $(ARGS)

lint: .venv/test.done vendor/.done ## format, lint, types, layers, templates, migrations, strings, deploy check, audit
	@$(PY) .ci/lint.py $(ARGS)

lock: ## resolve the Python packages anew (needs uv)
	uv lock --upgrade
	uv export -q --no-header --no-emit-project --no-default-groups -o requirements/deploy.lock
	uv export -q --no-header --no-emit-project --no-default-groups --group local -o requirements/run.lock
	uv export -q --no-header --no-emit-project --no-default-groups --group local --group test --group lint -o requirements/test.lock

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/run.done: requirements/run.lock | .venv/bin/python
	.venv/bin/pip install --quiet --require-hashes -r requirements/run.lock
	@touch $@

.venv/test.done: requirements/test.lock | .venv/bin/python
	.venv/bin/pip install --quiet --require-hashes -r requirements/test.lock
	@touch $@ .venv/run.done

node_modules/run.done: package-lock.json
	npm ci --silent --omit=dev
	@touch $@

node_modules/test.done: package-lock.json
	npm ci --silent
	@touch $@ node_modules/run.done

vendor/.done: portal/common/vendor.py package-lock.json | node_modules/run.done
	$(PY) -m portal.common.vendor
	@touch $@

.PHONY: help run test proof bench intake lint lock
