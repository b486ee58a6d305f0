.DEFAULT_GOAL := help
PY := .venv/bin/python
COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-annotate --no-header

FAST := tests/rules/test_cases.py tests/goals/test_cases.py tests/unit --ignore tests/unit/allocator --ignore tests/unit/bench \
  --ignore tests/unit/files --ignore tests/unit/docs/test_examples.py --ignore tests/unit/docs/test_add_a_rule.py \
  --ignore tests/unit/docs/test_site.py --ignore tests/unit/service/test_bill_of_materials.py \
  --ignore tests/unit/service/test_report.py

.PHONY: help demo serve bench bench-quick test test-fast coverage check format lint spelling types imports docs hooks \
  ogctests system-parts lock sbom

help:
	@echo "make demo    plan the seed batch; writes out/demo/map.html and the rest"
	@echo "make serve   run the service with its own PostgreSQL; prints its address and a first key"
	@echo "make bench   measure the engines on every shared instance (hours); writes docs/benchmarks.md"
	@echo "make bench-quick   the same on a few instances, 10 s each; writes out/bench-quick"
	@echo "make test    run the tests"
	@echo "make test-fast   run the tests that start no engine, server or reader; a minute"
	@echo "make coverage   run tests (TESTS=folders) and report which lines they reach; writes out/coverage"
	@echo "make docs    build the documentation site, searchable and without a network; writes out/site"
	@echo "make hooks   install the checks that run before each commit"
	@echo "make ogctests   check the OGC API with ogctests, in an environment of its own"
	@echo "make lock    bring both lock files to the dependencies of pyproject.toml; needs uv"
	@echo "make sbom    write the bill of materials and the notices of third parties to out/sbom"
	@echo "make check   formatting, lint, spelling, types, import contracts and the tests"

.venv/ready: requirements.lock pyproject.toml tools/make-venv
	./tools/make-venv
	touch .venv/ready

demo: .venv/ready
	.venv/bin/allocator demo --out out/demo

bench: .venv/ready
	.venv/bin/allocator bench --preset full --threads 2 --raw out/bench/raw --docs docs

bench-quick: .venv/ready
	.venv/bin/allocator bench --preset quick --threads 2 --raw out/bench/raw --docs out/bench-quick

serve: .venv/ready
	.venv/bin/allocator serve --data-dir out/service

system-parts:
	./tools/system-parts

test: .venv/ready system-parts
	.venv/bin/pytest -n 2 --dist loadfile --durations 25

test-fast: .venv/ready
	.venv/bin/pytest -n 2 --dist loadfile -m "not timing" $(FAST)

# the kernels are compiled first, without being traced: that would take many times as long
coverage: .venv/ready system-parts
	rm -rf out/coverage && mkdir -p out/coverage
	.venv/bin/pytest -q tests/unit/allocator/scale/test_knapsack.py
	.venv/bin/coverage run -m pytest $(or $(TESTS),tests)
	.venv/bin/coverage combine --quiet
	.venv/bin/coverage html --quiet
	.venv/bin/coverage report | tail -n 1

docs: .venv/ready
	NO_MKDOCS_2_WARNING=true .venv/bin/mkdocs build --strict --quiet

hooks: .venv/ready
	.venv/bin/pre-commit install

.venv-ogctests/ready: tools/ogctests.lock
	python3 -m venv --clear .venv-ogctests
	.venv-ogctests/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tools/ogctests.lock
	touch .venv-ogctests/ready

ogctests: .venv/ready .venv-ogctests/ready
	OGCTESTS_PYTHON=$(CURDIR)/.venv-ogctests/bin/python .venv/bin/pytest tests/ogc/ogctests_core.py -s

check: format lint spelling types imports test

format: .venv/ready
	.venv/bin/ruff format --check .

lint: .venv/ready
	.venv/bin/ruff check .

spelling: .venv/ready
	.venv/bin/codespell

types: .venv/ready
	.venv/bin/mypy

imports: .venv/ready
	.venv/bin/lint-imports

lock:
	$(COMPILE) --extra dev --extra docs --output-file requirements.lock
	$(COMPILE) --constraint requirements.lock --output-file requirements-run.lock

sbom: .venv/ready
	$(PY) tools/bill_of_materials.py out/sbom
