# Everything that a person or CI does with this project. `make help` lists it.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DATA ?= build/demo
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help demo serve test lint breaking proto splink bench lookup overload races kills fuzz lock clean

help: ## List the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

# Two steps, since durable-rules comes as source only: what it is built with is locked and hashed too.
$(READY): requirements-build.lock requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements-build.lock
	$(PIP) install --require-hashes --no-build-isolation -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: $(READY) ## Start the service, send it real messages of a synthetic population, show the decisions
	@$(BIN)/router demo --data $(DATA)

serve: $(READY) ## Serve on the embedded default (loopback, SQLite in ./data)
	@$(BIN)/router serve

test: $(READY) ## Run every test
	$(BIN)/python -m pytest --numprocesses auto

lint: $(READY) ## Check style, types, the contract and the import directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config pyproject.toml
	@mkdir -p build && $(BIN)/python proto/generate.py image build/image.binpb
	$(BIN)/buf lint build/image.binpb --config proto/buf.yaml

breaking: $(READY) ## Check that the contract breaks nobody who uses the one on main
	@rm -rf build/main && mkdir -p build/main && git archive main proto | tar -x -C build/main
	@$(BIN)/python build/main/proto/generate.py image build/main.binpb
	@$(BIN)/python proto/generate.py image build/image.binpb
	$(BIN)/buf breaking build/image.binpb --against build/main.binpb --config proto/buf.yaml

proto: $(READY) ## Generate router/v1 from the contract
	$(BIN)/python proto/generate.py

splink: $(READY) ## Install what the matcher is compared with: Splink and the FEBRL test data
	$(PIP) install --require-hashes --no-build-isolation -r requirements-bench.lock

bench: $(READY) ## Measure decisions per second beside a bare echo; writes build/bench.json
	$(BIN)/python -m router.bench

lookup: $(READY) ## Measure looking a family up among a million, and an event's cost beside that among ten thousand
	$(BIN)/python -m router.bench.lookup

overload: $(READY) ## Measure shedding at 2 and 5 times the load it can carry, on each store
	$(BIN)/python -m router.bench.overload --store sqlite
	$(BIN)/python -m router.bench.overload --store postgresql

races: $(READY) ## Let services write of one family at once, through two replicas, 10,000 times on each store
	$(BIN)/python -m tests.fault.races --store sqlite
	$(BIN)/python -m tests.fault.races --store postgresql

kills: $(READY) ## Kill workers, supervisors and the database under load, 200 times on each store
	$(BIN)/python -m tests.fault.kills --store sqlite
	$(BIN)/python -m tests.fault.kills --store postgresql

fuzz: $(READY) ## Put 200,000 drawn pairs of a pack and facts to the engine and to the reference evaluator
	$(BIN)/python -m tests.fuzz.engine

lock: ## Lock the dependencies anew, by version and hash
	$(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--extra dev pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		requirements-build.in -o requirements-build.lock
	$(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--extra bench -c requirements.lock pyproject.toml -o requirements-bench.lock

clean: ## Remove what was built
	rm -rf $(VENV) build
