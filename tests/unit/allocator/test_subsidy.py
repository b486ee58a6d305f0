"""A rent subsidy: the firm pays the rest, its limit is compared with that, and the budget is charged the subsidy."""

from dataclasses import replace

import pytest

from allocator.checking.verify import verify
from allocator.domain.plan import Breach
from allocator.domain.vocabulary import Tier
from allocator.explanation.dossier import Requirement
from allocator.explanation.explain import dossier
from allocator.problem.options import Reason, fits, reasons_against
from allocator.problem.subsidy import rent_paid_fen_m2_month, subsidy_yuan_month
from allocator.rules import RULE_BY_ID
from tests.support.problems import component, plan, policy, problem, project, space

RULES = policy(subsidy_fen_m2_month={Tier.STARTUP: 2000}, subsidy_budget_yuan_month=20_000)
DEAR = space(rent_fen_m2_month=3400)


def poor(limit_fen=3000, tier=Tier.STARTUP, **facts):
    return project("p", component(floor_area_m2=1000, max_rent_fen_m2_month=limit_fen, **facts), tier=tier)


def city(firm, spaces=(DEAR,), rules=RULES):
    return problem([firm], spaces, rules=rules)


def test_a_firm_pays_the_rent_less_its_subsidy_and_the_budget_the_subsidy():
    case = city(poor())
    (part,) = case.components.values()
    assert rent_paid_fen_m2_month(case, part, DEAR) == 1400
    assert subsidy_yuan_month(case, part, [("s", 1000)]) == 20_000
    assert [option.space_id for option in case.options] == ["s"]
    assert list(RULE_BY_ID["budget"].check(case, plan(("p/c", "s"), area_m2=1000))) == []


@pytest.mark.parametrize(
    ("limit", "tier", "rent", "reason"),
    [
        (3000, Tier.GROWTH, 3400, Reason("rent", 30.0, 34.0, "yuan/m2/month")),
        (1400, Tier.STARTUP, 3400, None),
        (1399, Tier.STARTUP, 3400, Reason("rent", 13.99, 14.0, "yuan/m2/month")),
        (0, Tier.STARTUP, 1500, None),
        (0, Tier.STARTUP, 2001, Reason("rent", 0.0, 0.01, "yuan/m2/month")),
        (3000, Tier.STARTUP, None, None),
        (None, Tier.GROWTH, 9000, None),
    ],
)
def test_the_limit_is_compared_with_what_the_firm_pays(limit, tier, rent, reason):
    case = city(poor(limit, tier), [space(rent_fen_m2_month=rent)])
    (part,), (offered,) = case.components.values(), case.registry.spaces.values()
    assert reasons_against(case, part, offered) == ([reason] if reason else [])
    assert (offered in case.offers.candidates(case, part)) is fits(case, part, offered) is (reason is None)


@pytest.mark.parametrize(("rent", "charged"), [(3400, 20_000), (1500, 15_000), (0, 0), (None, 20_000)])
def test_no_more_is_charged_than_a_rent_that_is_known(rent, charged):
    case = city(poor(), [space(rent_fen_m2_month=rent)])
    (part,) = case.components.values()
    assert subsidy_yuan_month(case, part, [("s", 1000)]) == charged


def test_one_yuan_less_in_the_budget_keeps_the_firm_out_and_says_so():
    case = city(poor(), rules=replace(RULES, subsidy_budget_yuan_month=19_999))
    there = plan(("p/c", "s"), area_m2=1000)
    assert list(RULE_BY_ID["budget"].check(case, there)) == [Breach("budget", "rent-subsidy", 20_000, 19_999)]
    told = dossier(verify(case, plan()), "p")
    (reason,) = told.unplaced_reasons
    assert (reason.code, reason.needed, reason.offered) == ("refused/budget", 20_000, 19_999)
    assert reason.unit == "yuan/month"


def test_a_divided_firm_is_subsidised_floor_by_floor():
    floors = [space("s", building="A", rent_fen_m2_month=3400), space("t", building="A", rent_fen_m2_month=1000)]
    case = city(project("p", component(floor_area_m2=1500, max_sites=2), tier=Tier.STARTUP), floors)
    (part,) = case.components.values()
    assert subsidy_yuan_month(case, part, [("s", 1000), ("t", 500)]) == 20_000 + 5000
    assert {option.area_m2 for option in case.options} == {1500}


def test_the_dossier_says_what_the_firm_pays_and_what_the_budget_pays():
    told = dossier(verify(city(poor()), plan(("p/c", "s"), area_m2=1000)), "p")
    assert Requirement("rent", 30.0, 14.0, "yuan/m2/month") in told.components[0].offer
    assert Requirement("subsidy", 34.0, 20.0, "yuan/m2/month") in told.components[0].offer
