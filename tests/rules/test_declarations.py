"""What a rule says of itself is true on drawn problems: how a part speaks for the whole, what its limits are."""

import re
from collections import Counter
from dataclasses import replace
from itertools import product

import pytest

from allocator.goals import GOALS
from allocator.problem.plan_index import Reach
from allocator.rules import RULE_BY_ID, RULES, PartBreach
from allocator.rules.base import Rule
from allocator.rules.limits import LIFTED
from allocator.siting.limit_changes import joined, of_breaches
from allocator.solving.model import compile_model
from docs.pages.markdown import ROOT
from tests.support.placements import standing_plans
from tests.support.random_problems import all_plans, draw_problem

LASTING = [rule for rule in RULES if rule.part_breach >= PartBreach.LASTING]
LOOSENED = [rule for rule in RULES if not rule.defining]
PLAIN = re.compile(r'"({})"'.format("|".join(each.id for each in (*RULES, *GOALS) if "-" in each.id)))


def false_claims(rules):
    """Rules that a part breaks and the whole project does not, or by less than they say; and what was compared."""
    wrong, compared = [], Counter()
    for standing, project, ways in standing_plans(150, seed=8):
        for chosen in ways if len(project.components) > 1 else ():
            for rule, site in product(rules, chosen):
                alone = standing.breaches([site], [rule])
                if not alone:
                    continue
                compared[rule.id] += 1
                whole = standing.breaches(chosen, [rule])
                if not whole or (rule.part_breach is PartBreach.GROWING and not _no_less(project, alone, whole)):
                    wrong.append((rule.id, alone, whole))
    return wrong, compared


def _no_less(project, alone, whole):
    least, found = (joined({}, of_breaches(project, breaches)) for breaches in (alone, whole))
    return all(key in found and found[key].share_bp >= change.share_bp for key, change in least.items())


def test_what_a_part_breaks_the_whole_project_breaks_too_where_the_rule_says_so():
    wrong, compared = false_claims(LASTING)
    assert wrong == []
    assert sum(compared.values()) > 100
    assert {"floor-area", "utilities", "positioning", "reserve"} <= set(compared)


def test_a_rule_that_claims_too_much_of_a_part_is_found():
    too_much = {"links": PartBreach.LASTING, "placed-once": PartBreach.LASTING}
    rules = [_claiming(RULE_BY_ID[name], claim) for name, claim in too_much.items()]
    wrong, _ = false_claims(rules)
    assert {rule for rule, *_ in wrong} == set(too_much)


def _claiming(rule: Rule, claim: PartBreach) -> Rule:
    return type("Claiming", (type(rule),), {"part_breach": claim, "reach": Reach.PLAN})()


@pytest.mark.parametrize("rule", LOOSENED, ids=lambda rule: rule.id)
def test_a_breach_goes_once_its_limit_is_loosened_by_what_is_missing(rule):
    healed = 0
    for number in range(150):
        case = draw_problem(number, most_plans=60)
        for made in all_plans(case):
            for breach in list(rule.check(case, made))[:1]:
                limit = next(each for each in limits_of(case, rule) if rule.states(case, each, breach.where))
                assert any(heals(case, made, rule, limit, 1 << power) for power in range(21))
                healed += 1
        if healed > 60:
            return
    assert healed > 5, "the drawn problems must be able to break every rule"


def limits_of(case, rule):
    """Limits that the rows of a rule state."""
    model, _ = compile_model(case, [rule], [])
    found = (rule.limit_of(case, row.name.removeprefix(f"{rule.id}/")) for row in model.rows)
    return {limit for limit in found if limit is not None}


def heals(case, made, rule, limit, amount):
    """Whether a plan keeps a limit that is loosened by an amount; what is lifted is lifted for any amount."""
    loosened, edit = rule.loosen(case, limit, amount)
    assert edit.before != edit.after
    kept = not any(rule.states(case, limit, left.where) for left in rule.check(loosened, made))
    assert kept or limit.unit != LIFTED
    return kept


def test_a_rule_that_says_nothing_of_itself_is_treated_safely(safe_rule, problem_of_two):
    rule = safe_rule()
    assert rule.reach is Reach.PLAN
    assert rule.part_breach is PartBreach.CURABLE
    assert not any((rule.capacity, rule.defining, rule.of_batch, rule.loosened_first))
    limit = rule.limit_of(problem_of_two, "anywhere/at/all")
    assert (limit.name, limit.unit) == ("silent/anywhere/at/all", LIFTED)
    assert rule.loosen(problem_of_two, limit, 1) is None
    assert rule.holding("anywhere") is None


@pytest.fixture
def safe_rule():
    class Silent(Rule):
        """Says nothing of itself."""

        id = "silent"

        def formulate(self, problem, choose):
            yield from ()

        def check(self, problem, plan):
            yield from ()

        def explain(self, problem, breach):
            return ""

    return Silent


@pytest.fixture
def problem_of_two():
    return replace(draw_problem(1), max_moves=None)


def test_no_code_outside_rules_and_goals_knows_one_of_them_by_its_id():
    assert PLAIN.search('RAISED = {"floor-area"}'), "the pattern must be able to find one"
    found = []
    for room in ("allocator", "geodata", "seeds", "maps", "service"):
        for path in sorted((ROOT / room).rglob("*")):
            inside = path.relative_to(ROOT).as_posix()
            if path.suffix in {".py", ".j2", ".js"} and not inside.startswith(("allocator/rules/", "allocator/goals/")):
                found += [(inside, each) for each in PLAIN.findall(path.read_text(encoding="utf-8"))]
    assert found == []


def test_every_text_of_a_rule_is_in_both_languages_or_left_to_the_title():
    for rule in RULES:
        for zh, en in (rule.short, rule.displaced, rule.refused, rule.needs):
            assert bool(zh) == bool(en)
        assert all("{needed}" in side and "{offered}" in side for side in rule.needs)
