"""What a refusal says was needed and what was there: the right way round for every rule."""

from dataclasses import replace

import pytest

from allocator.checking.verify import verify
from allocator.domain.months import format_month
from allocator.domain.plan import Breach
from allocator.domain.vocabulary import Tier
from allocator.explanation.explain import dossier
from allocator.explanation.occupants import tightest
from allocator.problem.options import Reason
from allocator.rules import RULE_BY_ID, RULES
from tests.support.problems import NOW, component, plan, policy, problem, project
from tests.support.rule_cases import CASES

HELD = next(case for rule_id, case, *_ in CASES if rule_id == "reserve").policy.reserves[0]


def told(rule_id, number=0):
    """The reason that the breach of a case becomes, for the last option that the broken plan chooses."""
    _, case, _, broken, breach = [each for each in CASES if each[0] == rule_id][number]
    chosen = broken.assignments[-1]
    option = next(o for o in case.options_of[chosen.key] if (o.space_id, o.start) == (chosen.space_id, chosen.start))
    ((_, reason),) = tightest(case, option, [Breach(rule_id, *breach)])
    return reason


@pytest.mark.parametrize(
    ("rule_id", "number", "needed", "offered", "unit"),
    [
        ("floor-area", 0, 600, 400, "m2"),
        ("floor-area", 1, 600, 500, "m2"),
        ("utilities", 1, 8, 0, "effluent_t_day"),
        ("positioning", 0, "allowed", "forbidden", ""),
        ("positioning", 1, 1, 0, "components"),
        ("named-project", 0, "440310", "440305", ""),
        ("links", 0, "same_park", "s – t", ""),
        ("links", 1, 3000, 5000, "m"),
        ("separation", 0, "not one building", "one building", ""),
        ("separation", 1, 5000, 4999, "m"),
        ("reserve", 0, 600, 500, "m2"),
        ("pinned", 0, "k", "t", ""),
        ("budget", 0, 6000, 0, "yuan/month"),
        ("quota", 0, 240, 0, "m2"),
        ("quota", 1, 600, 500, "m2"),
        ("move-budget", 0, 1, 0, "components"),
    ],
)
def test_the_first_number_is_needed_and_the_second_is_there(rule_id, number, needed, offered, unit):
    reason = told(rule_id, number)
    assert (reason.code, reason.needed, reason.offered, reason.unit) == (rule_id, needed, offered, unit)


def test_every_rule_compares():
    assert {rule.id for rule in RULES} == set(RULE_BY_ID)
    assert {rule_id for rule_id, *_ in CASES} == set(RULE_BY_ID)


@pytest.mark.parametrize(("held_m2", "open_m2"), [(1000, 0), (700, 300), (401, 599)])
def test_a_reserve_says_what_is_wanted_what_is_open_and_until_when(held_m2, open_m2):
    hall = replace(HELD, floor_area_m2=held_m2, until=NOW + 15)
    case = problem([project("p")], rules=policy(reserves=(hall,)))
    (reason,) = dossier(verify(case, plan()), "p").unplaced_reasons
    assert (reason.code, reason.needed, reason.offered, reason.unit) == ("refused/reserve", 600, open_m2, "m2")
    assert reason.until == format_month(NOW + 15) == "2027-12"


def test_what_others_took_of_the_open_floor_is_not_open():
    hall = replace(HELD, floor_area_m2=300, until=NOW + 15)
    firms = [project("p", component(floor_area_m2=500)), project("q", component(project_id="q", floor_area_m2=400))]
    case = problem(firms, rules=policy(reserves=(hall,)))
    (reason,) = dossier(verify(case, plan(("q/c", "s"), area_m2=400)), "p").unplaced_reasons
    assert (reason.code, reason.needed, reason.offered) == ("displaced/reserve", 500, 300)


def test_one_month_of_a_reserve_stands_for_all_of_them():
    hall = replace(HELD, floor_area_m2=700, until=NOW + 15)
    case = problem([project("p")], rules=policy(reserves=(hall,)))
    breaches = [Breach("reserve", f"held/{format_month(NOW + later)}", 600, 300 - later) for later in range(3)]
    ((_, reason),) = tightest(case, case.options[0], breaches)
    assert reason == Reason("reserve", 600, 298, "m2", "2027-12")


def test_a_major_project_is_not_held_back_from():
    case = problem([project("p", tier=Tier.MAJOR)], rules=policy(reserves=(replace(HELD, floor_area_m2=1000),)))
    assert list(RULE_BY_ID["reserve"].check(case, plan(("p/c", "s")))) == []
