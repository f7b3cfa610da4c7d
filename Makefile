# Every command of Wenbao. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
export PYTHONPATH := $(CURDIR)
export PYTHONDONTWRITEBYTECODE := 1
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3

UV := .venv/tools/bin/uv
APP := .venv/app/bin/python
ENGINE := .venv/engine/bin/python
MODEL := models/wenbao.tar.gz
WORDING := config.yml domain.yml data/lexicon.txt $(wildcard data/nlu/*.yml data/nlu/*/*.yml data/rules/*.yml data/stories/*.yml data/knowledge/regions.yml) $(wildcard bot/*.py)

.PHONY: help run test check train understand intent-benchmark bench lock clean
help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1\t/' | expand -t 24

run: $(MODEL) .venv/app/.built sandbox/identity/node_modules/.built ## build what is missing, start everything, print the addresses; Ctrl-C stops it
	@exec $(APP) -m scripts.run

test: check $(MODEL) sandbox/identity/node_modules/.built ## build what is missing and run every test
	@scripts/say "Tests of the engine's parts"
	@$(ENGINE) -m pytest -q -c tests/bot/pytest.ini tests/bot
	@scripts/say "Tests of everything else"
	@$(APP) -m pytest -q

check: .venv/app/.built .venv/engine/.built ## formatting, lint, types, import rules, data
	@scripts/say "Checks"
	@.venv/app/bin/ruff format --check .
	@.venv/app/bin/ruff check .
	@.venv/app/bin/mypy
	@$(APP) scripts/check_knowledge.py
	@$(APP) -m pytest -q tests/test_boundaries.py

train: ## rebuild the model from data/
	@$(MAKE) --no-print-directory -B $(MODEL)

understand: $(MODEL) ## FILE=q.jsonl: what the engine makes of each question
	@$(ENGINE) -W ignore -m bot.understand "$(FILE)" $(MODEL)

intent-benchmark: .venv/engine/.built ## TRAIN=a.jsonl TEST=b.jsonl: our understanding on any labelled set
	@$(ENGINE) -W ignore -m bot.intent_benchmark "$(TRAIN)" "$(TEST)"

bench: $(MODEL) .venv/app/.built sandbox/identity/node_modules/.built ## performance beside stock Rasa, written to bench/results.md
	@$(APP) -m bench.run

lock: $(UV) ## pin all dependencies anew
	@$(UV) pip compile -q -U --generate-hashes --no-emit-index-url --no-header --python-version 3.10 requirements/engine.in -o requirements/engine.txt
	@$(UV) pip compile -q -U --generate-hashes --no-emit-index-url --no-header --python-version 3.12 requirements/app.in -o requirements/app.txt
	@$(UV) pip compile -q -U --generate-hashes --no-emit-index-url --no-header --python-version 3.12 requirements/checks.in -c requirements/app.txt -o requirements/checks.txt

clean: ## remove what was built; keep .data
	@rm -rf .venv models/*.tar.gz sandbox/identity/node_modules .mypy_cache .ruff_cache .pytest_cache

$(UV): requirements/tools.txt
	@scripts/need python3 git
	@scripts/say "Fetching uv"
	@scripts/venv-tools
	@touch $@

.venv/engine/.built: requirements/engine.txt requirements/engine-checks.txt | $(UV)
	@scripts/say "Building the engine's environment (Python 3.10, Rasa)"
	@$(UV) venv -q --clear -p 3.10 .venv/engine
	@$(UV) pip install -q --require-hashes -p $(ENGINE) -r requirements/engine.txt -r requirements/engine-checks.txt
	@touch $@

.venv/app/.built: requirements/checks.txt | $(UV)
	@scripts/say "Building the app's environment (Python 3.12)"
	@$(UV) venv -q --clear -p 3.12 .venv/app
	@$(UV) pip install -q --require-hashes -p $(APP) -r requirements/checks.txt
	@touch $@

sandbox/identity/node_modules/.built: sandbox/identity/package-lock.json
	@scripts/need node npm
	@scripts/say "Fetching the sandbox identity provider"
	@cd sandbox/identity && npm ci --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

$(MODEL): .venv/engine/.built $(WORDING)
	@scripts/say "Training the model"
	@$(ENGINE) -W ignore -m bot.train $(MODEL)
