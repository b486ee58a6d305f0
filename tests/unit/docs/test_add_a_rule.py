"""The worked example of the how-to is a rule like any other: proven by the same comparison, linted by the same tool."""

import re
import subprocess
import sys
import tomllib
from itertools import islice

import pytest

from allocator.problem.problem import plan_of
from allocator.rules import RULES, Rule
from allocator.solving.model import compile_model
from docs.pages.markdown import ROOT
from seeds.policy_facts import policy_facts
from tests.support.equivalence import SEEDS, disagreements, functional_choices
from tests.support.how_to_example import applied, edited, ran
from tests.support.random_problems import draw_problem

PAGE = (ROOT / "docs/how-to/add-a-rule.md").read_text(encoding="utf-8")


def test_rows_and_check_of_the_example_agree_on_every_drawn_problem(example):
    rule = example.MostPerPark()
    for seed in SEEDS:
        assert disagreements(rule, draw_problem(seed)) == []


def test_the_drawn_problems_keep_and_break_the_example_often_and_at_the_places_it_names(example):
    rule = example.MostPerPark()
    kept = broken = 0
    for seed in SEEDS:
        problem = draw_problem(seed)
        model, choose = compile_model(problem, [rule], [])
        for options in islice(functional_choices(problem), 200):
            violated = model.violated(choose.values_of(options))
            breaches = list(rule.check(problem, plan_of(options)))
            assert {f"{rule.id}/{breach.where}" for breach in breaches} == set(violated)
            assert all(str(breach.measured) in rule.explain(problem, breach) for breach in breaches)
            broken += bool(violated)
            kept += not violated
    assert kept > 50
    assert broken > 50


def test_a_wrong_version_of_the_example_is_caught(example):
    class Lenient(example.MostPerPark):
        def formulate(self, problem, choose):
            return islice(super().formulate(problem, choose), 1, None)

    assert any(disagreements(Lenient(), draw_problem(seed)) for seed in SEEDS)


def test_the_example_brings_everything_that_the_catalogue_shows_and_is_not_yet_taken(example):
    rule = example.MostPerPark
    assert rule.id not in {each.id for each in RULES}
    assert all([rule.__doc__, rule.title_zh, rule.title_en, rule.formula, rule.source])
    assert set(rule.source) <= set(policy_facts())


@pytest.mark.parametrize("arguments", [["check"], ["format", "--check"]], ids=lambda each: each[0])
def test_the_example_is_clean(listing, arguments):
    path, code = listing
    command = [sys.executable, "-m", "ruff", *arguments, "--stdin-filename", str(ROOT / path), "-"]
    ended = subprocess.run(command, input=code, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_tuple_that_the_page_shows_is_that_of_the_code_and_the_example():
    names = re.findall(r"^[ +]    (\w+)\(\),$", PAGE, re.MULTILINE)
    assert names == [*(type(rule).__name__ for rule in RULES), "MostPerPark"]


def test_the_page_counts_the_drawn_problems_right():
    assert f"draws {len(SEEDS)} tiny problems" in PAGE


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the tree with the example applied."""
    return applied(PAGE, "allocator/rules/__init__.py", tmp_path_factory.mktemp("tree"))


def test_a_rule_is_one_file_and_its_registration(tree):
    assert edited(tree) == ["allocator/rules/__init__.py", "allocator/rules/most_per_park.py"]


def test_the_contract_that_the_page_extends_names_every_rule():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (contract,) = (each for each in contracts["contracts"] if each["name"] == "rules know nothing of each other")
    assert set(contract["modules"]) == {type(rule).__module__ for rule in RULES}
    assert '`"allocator.rules.most_per_park",`' in PAGE


def test_every_use_of_a_rule_knows_the_example(tree):
    assert int(ran(tree, "tests.support.example_rule_in_use")) > 5


def test_the_page_names_every_attribute_that_a_rule_can_set():
    shown = set(re.findall(r"`(\w+)`", PAGE[PAGE.index("## 5.") : PAGE.index("## 6.")]))
    fixed = {"id", "title_zh", "title_en", "formula", "source"}
    rare = {"defining", "of_batch", "loosened_first"}
    assert set(Rule.__annotations__) - fixed - rare <= shown
