# The two a newcomer needs: `make run` and `make test`.
PYTHON ?= python3
VENV = .venv/bin
export PYTHONUNBUFFERED = 1

.PHONY: help run stop reset-demo dev test check prove chaos chaos-small bench bench-pages client screenshots lock verify-invariants
.DEFAULT_GOAL := help

help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: ## install what is needed, start everything, print the address (PORT, INFRA24_VAR, DATABASE_URL)
	@exec $(PYTHON) -m launch run

stop: ## stop what runs on the data folder, the databases included
	@exec $(PYTHON) -m launch stop

reset-demo: ## delete the demo's data, after asking (YES=1 does not ask)
	@exec $(PYTHON) -m launch reset-demo

dev: ## like run, and restart or rebuild whenever a source changes
	@exec $(PYTHON) -m launch dev

verify-invariants: ## look whether everything in the running database adds up (INFRA24_VAR, DATABASE_URL)
	@$(PYTHON) -m launch.bootstrap --no-build
	@$(VENV)/python manage.py verify_invariants $(ARGS)

test: ## the test suite on an embedded PostgreSQL
	@$(PYTHON) -m launch.bootstrap --dev --browser
	@$(call with_test_server,$(VENV)/python -m pytest -n 2 -m "not prove" $(ARGS))

prove: ## the long proofs: workers killed, rivals racing, engine and bookings against their models, over and over
	@$(PYTHON) -m launch.bootstrap --dev --browser
	@$(call with_test_server,$(VENV)/python -m pytest -m prove $(ARGS))

check: ## everything that can be told without running it
	@$(PYTHON) -m launch.bootstrap --dev --no-build
	$(VENV)/python -m ruff check .
	$(VENV)/python -m ruff format --check .
	$(VENV)/python -m mypy
	$(VENV)/lint-imports
	$(VENV)/python -m djlint --lint --quiet infra24
	$(VENV)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(VENV)/python manage.py collect_texts --check
	PATH="$$PWD/.venv/bin:$$PATH" npm run --silent --prefix frontend check

bench: ## load against the running product, beside what the database alone can do
	@$(PYTHON) -m launch.bootstrap --dev
	@$(VENV)/python -m bench $(ARGS)

bench-pages: ## how soon the staff calendar can be used, in a real browser, and what it asks
	@$(PYTHON) -m launch.bootstrap --dev --browser
	@$(VENV)/python -m bench.pages $(ARGS)

chaos: ## kill workers and the database, let receivers fail, and account for 100,000 facts (ARGS="--facts 10000")
	@$(PYTHON) -m launch.bootstrap --no-build
	@$(VENV)/python -m chaos $(ARGS)

chaos-small: ## the same for 2,000 facts, in the running installation (INFRA24_VAR)
	@$(PYTHON) -m launch.bootstrap --no-build
	@$(VENV)/python -m chaos --running $(ARGS)

client: ## make a typed Python client of the API (OUT: where to; by default var/client)
	@$(PYTHON) -m launch.bootstrap --dev --no-build
	@$(VENV)/python -m launch.client $(OUT)

screenshots: ## pictures of every page into var/screenshots, and of the demo into docs/images
	@$(PYTHON) -m launch.bootstrap --dev --browser
	@$(call with_test_server,INFRA24_SCREENSHOTS=docs/images $(VENV)/python -m pytest tests/journeys/test_pictures.py && \
	  INFRA24_SCREENSHOTS=var/screenshots $(VENV)/python -m pytest tests/journeys/gallery.py $(ARGS))

lock: ## choose the newest versions that requirements/*.in and package.json allow
	@$(PYTHON) -m launch.bootstrap --dev --no-build
	cd requirements && for name in base dev node; do \
	  ../$(VENV)/python -m piptools compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links \
	    --strip-extras --allow-unsafe --output-file=$$name.txt $$name.in || exit 1; done
	PATH="$$PWD/.venv/bin:$$PATH" npm update --prefix frontend --package-lock-only --no-audit --no-fund

# Runs a command and leaves no server behind, whatever becomes of it.
define with_test_server
$(1); status=$$?; $(VENV)/python -m launch.postgres stop --var "$${INFRA24_VAR:-var}/test" > /dev/null; exit $$status
endef
