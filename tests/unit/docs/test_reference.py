"""The reference says what the code says, and the code says enough."""

import re

import pytest

from allocator.goals import GOALS
from allocator.problem.options import TESTS
from allocator.rules import RULES
from docs.build_reference import FOLDER, PAGES, main
from docs.pages import reasons
from docs.pages.markdown import DECISIONS, decisions
from maps.payload.reason_labels import UNFIT
from seeds.policy_facts import policy_facts

PARTS = (*RULES, *GOALS)
MODEL = DECISIONS.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_a_committed_page_is_what_the_generator_makes(name):
    hint = "run `.venv/bin/python -m docs.build_reference`"
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name](), hint


def test_nothing_stands_in_the_reference_that_the_generator_does_not_make():
    assert {path.name for path in FOLDER.iterdir()} == set(PAGES)


def test_the_generator_reports_old_pages_and_writes_none_when_it_only_checks(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("docs.build_reference.FOLDER", tmp_path)
    assert main(["--check"]) == 1
    assert capsys.readouterr().out.count("out of date") == len(PAGES)
    assert list(tmp_path.iterdir()) == []
    assert main([]) == 0
    assert main(["--check"]) == 0


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.id)
def test_a_rule_or_goal_has_a_page_a_formula_a_source_and_both_titles(part):
    assert vars(type(part)).get("__doc__"), "the class docstring is its page in the catalogue"
    assert part.title_en.strip()
    assert re.search(r"[\u4e00-\u9fff]", part.title_zh)
    assert part.formula.count("{") == part.formula.count("}")
    assert part.formula.strip()
    assert part.source


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.id)
def test_a_source_is_a_policy_fact_or_a_design_decision_that_exists(part):
    assert set(part.source) <= {*policy_facts(), *decisions()}


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.id)
def test_the_explanation_of_the_model_has_the_formula_of_the_code(part):
    assert f"**{part.id}.**" in MODEL
    assert f"$$\n{part.formula}\n$$" in MODEL


def test_no_two_rules_or_goals_share_an_id():
    assert len({part.id for part in PARTS}) == len(PARTS)


def test_every_design_decision_is_the_source_of_something():
    assert set(decisions()) == {name for part in PARTS for name in part.source if name.startswith("DESIGN-")}


def test_every_test_of_a_space_has_a_code_with_words_and_numbers():
    assert [*reasons.codes(), "no-space"] == [*(code for code in reasons.NEEDED if code != "no-space"), "no-space"]
    assert set(reasons.NEEDED) == set(UNFIT)
    assert len(reasons.codes()) == len(TESTS)


def test_every_breach_that_belongs_to_no_rule_is_described():
    assert reasons.breach_codes() == set(reasons.CLAIMS)
