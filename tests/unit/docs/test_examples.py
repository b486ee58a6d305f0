"""Commands in the documentation print what it says they print; examples of data are data."""

import csv
import re
from datetime import date

import pytest
import yaml

from allocator.domain.vocabulary import QuotaKind
from docs.pages.markdown import ROOT
from docs.run_examples import FENCE, Scratch, as_they_are, commands, comparable, documents
from geodata.readers.read_files import read_projects, read_registry
from geodata.records.inputs import PolicyRecord
from seeds.dated_values import read, valid_on
from seeds.load import seed_inputs
from service.application.planning.scenario import Scenario
from service.cli import parser
from service.cli.common.exit_codes import BAD_INPUT, DEFECT, INFEASIBLE, NO_PLAN, OK
from tests.support import rule_cases

README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands_of(path):
    return [each for block in FENCE.findall(path.read_text(encoding="utf-8")) for each in commands(block)]


@pytest.fixture(scope="module")
def rerun():
    return as_they_are()


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_print_what_the_document_says(rerun, path):
    said, now = rerun[path]
    assert comparable(now) == comparable(said), "run `.venv/bin/python -m docs.run_examples`"


def test_no_two_commands_of_the_documents_write_to_the_same_place():
    shown = {command for path in documents() for command, _ in commands_of(path)}
    written = [target for command in shown for target in re.findall(r"(?:--out|--model|>) (out/\S+)", command)]
    assert sorted(written) == sorted(set(written))


def test_a_wrong_output_is_noticed(tmp_path):
    text = "```console\n$ echo one\ntwo\n$ echo took 1.5 s\ntook 2.5 s\n```\n"
    now = Scratch(tmp_path).rerun(text)
    assert comparable(now) != comparable(text)
    assert comparable(now) == comparable(text.replace("two", "one"))
    assert [command for command, _ in commands("$ a | b\nx\n$ c\n")] == ["a | b", "c"]


@pytest.mark.parametrize(("name", "projects"), [("first-batch", 3), ("second-batch", 4)])
def test_the_batches_of_the_tutorial_are_read_without_a_fault(name, projects):
    assert len(read_projects(ROOT / f"docs/tutorial/{name}.csv")) == projects


def test_the_example_of_a_registry_is_read_without_a_fault():
    registry = read_registry(ROOT / "docs/how-to/registry", seed_inputs().districts)
    assert (len(registry.parks), len(registry.spaces), len(registry.tenancies)) == (2, 3, 2)


def test_the_new_value_in_the_how_to_holds_from_its_date_on():
    page = (ROOT / "docs/how-to/change-a-policy-value.md").read_text(encoding="utf-8")
    new = yaml.safe_load(re.search(r"```yaml\n(.*?)```", page, re.DOTALL)[1])
    values = [*read("parameters.yaml")["parameters"]["exception_budget"]["values"], *new]
    days = (date(2026, 8, 31), date(2026, 12, 31), date(2027, 1, 1))
    assert [valid_on(values, day, "exception_budget") for day in days] == [None, 3, 5]


def test_the_lists_in_the_how_to_are_values_that_their_parameters_can_have():
    page = (ROOT / "docs/how-to/change-a-policy-value.md").read_text(encoding="utf-8")
    shown = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[1])
    known = seed_inputs().policy.model_dump(mode="json")
    now = PolicyRecord.model_validate(known | {name: dated[0]["value"] for name, dated in shown.items()})
    assert [reserve.name for reserve in now.reserves] == ["nev-hall"]
    assert {quota.kind for quota in now.quotas} == set(QuotaKind)


@pytest.mark.parametrize(("name", "projects"), [("autumn", 2), ("winter", 2), ("newcomer", 1), ("heavy-newcomer", 1)])
def test_the_batches_of_the_how_to_pages_are_read_without_a_fault(name, projects):
    assert len(read_projects(ROOT / f"docs/how-to/{name}.csv")) == projects


def test_the_how_to_lists_every_key_of_a_scenario():
    page = (ROOT / "docs/how-to/compare-scenarios.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == [key for key in Scenario.model_fields if key != "name"]


def test_the_table_of_moves_is_that_of_the_plans_that_the_page_shows():
    page = (ROOT / "docs/how-to/replan-with-few-moves.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| \d \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|$", page, re.MULTILINE)
    shown = {
        tuple(re.findall(rf"\. {goal}: ([\d,]+) ", printed)[0] for goal in ("value", "stability", "cost"))
        for command, printed in commands_of(ROOT / "docs/how-to/replan-with-few-moves.md")
        if "--published" in command and "grep" not in command and command.startswith(".venv/bin/allocator plan")
    }
    assert set(table) == shown


def test_the_readme_counts_the_seeds_and_the_exit_codes_right():
    inputs = seed_inputs()
    assert f"holds {len(inputs.parks)} real parks" in README
    assert f"the batch of {len(inputs.projects)} projects" in README
    assert re.findall(r"^\| (\d) \|", README, re.MULTILINE) == [
        str(code) for code in sorted([OK, DEFECT, BAD_INPUT, INFEASIBLE, NO_PLAN])
    ]


def test_the_readme_names_every_command_and_no_other():
    known = next(action.choices for action in parser()._actions if action.choices and action.dest == "command")
    named = re.search(r"^`allocator (.*?); each has `--help`", README, re.MULTILINE | re.DOTALL)[1]
    assert set(re.findall(r"\w+", named)) - {"and"} == set(known)


def test_the_table_of_the_tutorial_is_the_spreadsheet():
    page = (ROOT / "docs/tutorial/first-plan.md").read_text(encoding="utf-8")
    with (ROOT / "docs/tutorial/first-batch.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            line = re.search(rf"^\|.*\| {row['component_id']} \| (.*) \|$", page, re.MULTILINE)[1]
            assert f"{int(row['floor_area_m2']):,} m²" in line
            assert not row["clear_height_m"] or f"{row['clear_height_m']} m" in line


def test_the_case_in_the_how_to_add_a_rule_is_one_that_the_example_tells_apart(example):
    page = (ROOT / "docs/how-to/add-a-rule.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(\(\n.*?)```", page, re.DOTALL)[1]
    rule = example.MostPerPark()
    rule_id, case, kept, broken, breach = eval(code, vars(rule_cases))  # noqa: S307  our own page
    assert rule_id == rule.id
    assert list(rule.check(case, kept)) == []
    found = list(rule.check(case, broken))
    assert [(each.rule, each.where, each.measured, each.limit) for each in found] == [(rule.id, *breach)]
