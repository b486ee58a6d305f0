"""A plan that keeps each rule and one that breaks it, with the breach that is reported."""

import pytest

from allocator.domain.plan import Breach, Plan
from allocator.rules import RULES
from tests.support.problems import NOW, component, plan, problem, project
from tests.support.rule_cases import CASES, STAYING


@pytest.mark.parametrize(("rule_id", "case", "kept", "broken", "breach"), CASES, ids=lambda value: str(value)[:24])
def test_the_check_passes_the_good_plan_and_names_what_is_wrong_with_the_bad_one(rule_id, case, kept, broken, breach):
    rule = next(rule for rule in RULES if rule.id == rule_id)
    assert list(rule.check(case, kept)) == []
    assert list(rule.check(case, broken)) == [Breach(rule_id, *breach)]
    sentence = rule.explain(case, Breach(rule_id, *breach))
    assert sentence.endswith(".")
    assert "<" not in sentence


def test_a_dropped_component_counts_as_moved_and_a_later_start_does_not():
    rule = next(rule for rule in RULES if rule.id == "move-budget")
    assert list(rule.check(STAYING, plan(("p/c", "s"), start=NOW + 3))) == []
    assert list(rule.check(STAYING, Plan(()))) == [Breach("move-budget", "published", 1, 0)]


def test_every_rule_has_a_good_and_a_bad_case():
    assert {rule_id for rule_id, *_ in CASES} == {rule.id for rule in RULES}


def test_a_pinned_component_that_is_nowhere_breaks_its_pin():
    case = problem([project("p", component(pinned_to="s"))])
    rule = next(rule for rule in RULES if rule.id == "pinned")
    assert list(rule.check(case, Plan(()))) == [Breach("pinned", "p/c@s", "not placed", "s")]
