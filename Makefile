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
WIDGET := web/widget/.built
CONSOLE := web/console/assets/htmx.min.js
WIDGET_SOURCE := web/widget/package-lock.json $(wildcard web/widget/*.ts web/widget/*.js web/widget/src/*/*.* web/widget/src/*/*/*.*)
APP := .venv/app/bin/python
ENGINE := .venv/engine/bin/python
MODEL := models/wenbao.tar.gz
TESTED := .venv/app/.built .venv/engine/.built $(WIDGET) $(CONSOLE) $(addsuffix /node_modules/.built,sandbox/identity tests/peers/wechat tests/peers/neighbours)
WORDING := config.yml domain.yml $(addprefix data/follow_ups/,weights.json trees.npz said.jsonl next.yml own.yml) $(wildcard data/domain/*.yml) data/dialects.tsv data/lexicon.txt data/places.tsv data/nlu/asked.tsv $(wildcard data/nlu/*.yml data/nlu/*/*.yml data/rules/*.yml data/stories/*.yml data/knowledge/regions.yml data/knowledge/glossary.yml) $(wildcard bot/*.py bot/*/*.py)

.PHONY: talks dialects follow-ups sureness vectors help run test check debian pictures train understand intent-benchmark messengers-load evaluate index engine engine-back bench backup restore lock clean
help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1\t/' | expand -t 24

run: $(MODEL) .venv/app/.built sandbox/identity/node_modules/.built $(WIDGET) $(CONSOLE) ## build what is missing, start everything, print the addresses; Ctrl-C stops it
	@exec $(APP) -m scripts.run

test: ## build what is missing and run every test
	@$(MAKE) --no-print-directory -j3 $(TESTED) debian
	@scripts/run-tests

check: .venv/app/.built .venv/engine/.built web/widget/node_modules/.built ## formatting, lint, types, import rules, data
	@scripts/say "Checks"
	@.venv/app/bin/ruff format --check .
	@.venv/app/bin/ruff check .
	@.venv/app/bin/mypy
	@$(ENGINE) -m mypy --config-file bot/mypy.ini
	@cd web/widget && npm run -s types
	@$(APP) scripts/check_knowledge.py
	@$(APP) -m scripts.check_asked
	@$(APP) -m scripts.check_follow_ups
	@$(APP) -m pytest -q tests/test_boundaries.py

debian: ## install what the tests need from Debian: a browser, a Chinese font, signature checkers
	@scripts/need-debian

pictures: $(WIDGET) .venv/app/.built debian ## take the screenshots in docs/images anew
	@PICTURES=docs/images $(APP) -m pytest -q tests/browser/test_pictures.py

train: .venv/engine/.built ## rebuild the model from data/
	@$(MAKE) --no-print-directory -W config.yml $(MODEL)

understand: $(MODEL) ## FILE=q.jsonl: what the engine makes of each question
	@$(ENGINE) -W ignore -m bot.understand "$(FILE)" $(MODEL)

messengers-load: $(MODEL) .venv/app/.built tests/peers/wechat/node_modules/.built sandbox/identity/node_modules/.built ## the full numbers of the messengers' tests: order, faults, repeats, the same answers everywhere
	@MESSENGERS_LOAD=full $(APP) -m pytest -q --durations=8 tests/channels/messengers tests/journeys/test_same_answers.py -k "processes or line_to or without_keys or twenty or killed or every_way_in"

intent-benchmark: .venv/engine/.built ## TRAIN=a.jsonl TEST=b.jsonl: our understanding on any labelled set
	@$(ENGINE) -W ignore -m bot.intent_benchmark "$(TRAIN)" "$(TEST)"

vectors: .venv/engine/.built ## compute the vectors of all wordings and write them to data/, for those who train next
	@$(ENGINE) -W ignore -m bot.ship_vectors

sureness: .venv/engine/.built ## find anew how sure to be, from all wordings; then `make train`
	@$(ENGINE) -W ignore -m bot.training.sureness

follow-ups: $(MODEL) ## find anew how the question before counts, from data/follow_ups; then `make train`
	@$(ENGINE) -W ignore -m bot.training.follow_ups $(MODEL)

evaluate: $(MODEL) ## FILE=q.jsonl OOS=o.jsonl: measure the understanding, written to bench/understanding.md; without files on held-out wordings
	@$(ENGINE) -W ignore -m bot.evaluation --model $(MODEL) $(if $(FILE),--file "$(FILE)") $(if $(OOS),--oos "$(OOS)")

dialects: $(MODEL) ## measure how much of what is said in dialect is understood, beside the same in standard Chinese
	@$(ENGINE) -W ignore -m bot.evaluation.dialects --model $(MODEL)

talks: $(MODEL) ## measure how well whole talks are followed, on bench/talks.jsonl
	@$(ENGINE) -W ignore -m bot.evaluation.talks --model $(MODEL)

index: .venv/engine/.built ## rebuild the answer index from data/; running engines take it over; WHAT=build|check|activate|rollback, VERSION=…
	@test -n "$${ANSWER_INDEX_KEY:-}" -o -s "$${DATA_DIR:-.data}/answers.key" || { echo "There is no key to sign with: set ANSWER_INDEX_KEY, or start make run once." >&2; exit 1; }
	@ANSWER_INDEX="$${ANSWER_INDEX:-$${DATA_DIR:-.data}/answers}" ANSWER_INDEX_KEY="$${ANSWER_INDEX_KEY:-$$(cat "$${DATA_DIR:-.data}/answers.key")}" $(ENGINE) -W ignore -m bot.index $(or $(WHAT),build) $(VERSION)

engine: $(MODEL) .venv/app/.built ## move a running stack over to the newest model, past the gate, without a break
	@$(APP) -m scripts.move_over

engine-back: .venv/app/.built ## move a running stack back to the model before
	@$(APP) -m scripts.move_over --back

bench: $(MODEL) .venv/app/.built sandbox/identity/node_modules/.built ## performance beside stock Rasa, written to bench/results.md; BENCH_ITEMS=32 is quicker
	@$(APP) -m bench.run

backup: .venv/app/.built ## TO=folder KEYS=file: the database and folders of make run into a new folder there; with KEYS its keys into a file, for another place
	@test -n "$(TO)" || { echo "Say where: make backup TO=folder KEYS=file" >&2; exit 1; }
	@$(APP) -W ignore -m scripts.own_backup take "$(TO)" "$(KEYS)"

restore: .venv/app/.built ## FROM=backup KEYS=file: bring a backup of make run back, while it does not run; KEYS where the keys are gone as well
	@test -n "$(FROM)" || { echo "Say which: make restore FROM=folder/wenbao-…" >&2; exit 1; }
	@$(APP) -W ignore -m scripts.own_backup restore "$(FROM)" "$(KEYS)"

lock: $(UV) ## pin all dependencies anew
	@$(UV) pip compile -q -U --generate-hashes --no-emit-index-url --no-header --python-version 3.10 requirements/engine.in -o requirements/engine.txt
	@$(UV) pip compile -q -U --generate-hashes --no-emit-index-url --no-header --python-version 3.12 requirements/app.in -o requirements/app.txt
	@$(UV) pip compile -q -U --generate-hashes --no-emit-index-url --no-header --python-version 3.12 requirements/checks.in -c requirements/app.txt -o requirements/checks.txt

clean: ## remove what was built; keep .data
	@rm -rf .venv models/*.tar.gz sandbox/identity/node_modules web/widget/node_modules web/widget/dist $(WIDGET) web/console/node_modules $(CONSOLE) .mypy_cache .ruff_cache .pytest_cache

$(UV): requirements/tools.txt
	@scripts/need python3 git
	@scripts/say "Fetching uv"
	@scripts/venv-tools
	@touch $@

.venv/engine/.built: requirements/engine.txt requirements/engine-checks.txt | $(UV)
	@scripts/say "Building the engine's environment (Python 3.10, Rasa)"
	@$(UV) venv -q --clear -p 3.10 .venv/engine
	@# Compiled now, once: otherwise each start and each training compiles Rasa anew.
	@$(UV) pip install -q --compile-bytecode --require-hashes -p $(ENGINE) -r requirements/engine.txt -r requirements/engine-checks.txt
	@touch $@

.venv/app/.built: requirements/checks.txt | $(UV)
	@scripts/say "Building the app's environment (Python 3.12)"
	@$(UV) venv -q --clear -p 3.12 .venv/app
	@$(UV) pip install -q --require-hashes -p $(APP) -r requirements/checks.txt
	@touch $@

web/widget/node_modules/.built: web/widget/package-lock.json
	@scripts/need node npm
	@scripts/say "Fetching what the widget is built with"
	@cd web/widget && npm ci --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

$(WIDGET): web/widget/node_modules/.built $(WIDGET_SOURCE)
	@scripts/say "Building the widget"
	@cd web/widget && npm run -s build
	@touch $@

$(CONSOLE): web/console/package-lock.json
	@scripts/need node npm
	@scripts/say "Fetching what the console's pages use"
	@cd web/console && npm ci --no-audit --no-fund --loglevel=error >/dev/null && npm run -s build
	@touch $@

tests/peers/wechat/node_modules/.built: tests/peers/wechat/package-lock.json
	@scripts/need node npm
	@scripts/say "Fetching other implementations of WeChat's encryption"
	@cd tests/peers/wechat && npm ci --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

tests/peers/neighbours/node_modules/.built: tests/peers/neighbours/package-lock.json
	@scripts/need node npm
	@scripts/say "Fetching an emulated Telegram"
	@cd tests/peers/neighbours && npm ci --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

sandbox/identity/node_modules/.built: sandbox/identity/package-lock.json
	@scripts/need node npm
	@scripts/say "Fetching the sandbox identity provider"
	@cd sandbox/identity && npm ci --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

$(MODEL): .venv/engine/.built $(WORDING)
	@scripts/say "Training the model (some minutes the first time)"
	@$(ENGINE) -W ignore -m bot.train $(MODEL) >&2
