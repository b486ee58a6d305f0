"""Ids may hold the signs that join them: slashes, ``@`` and ``+``; what is said of a place names the right one."""

from dataclasses import replace

import pytest

from allocator.analysis.budget import AnalysisBudget
from allocator.analysis.infeasible_batch.repair import repair
from allocator.checking.verify import RejectedPlanError, verify
from allocator.domain.plan import Assignment, Breach, Plan, PlanStatus
from allocator.domain.policy import NamedProject, Reserve
from allocator.domain.vocabulary import Function, Permission, Tier
from allocator.explanation.explain import dossier
from allocator.rules import RULE_BY_ID
from allocator.rules.limits import Limit
from tests.support.problems import NOW, component, district, park, policy, problem, project, space

ODD = ["D/1", "D@1", "/", "区/一"]


def city(adcode="D", place="s", part="c", **facts):
    """One firm, one space, one park, in a district; its permission is ``allowed`` unless given."""
    permissions = {Function.MANUFACTURING: facts.pop("permission", Permission.ALLOWED)}
    rules = facts.pop("rules", None)
    firm = project("p", component(part, **facts))
    districts = [district(adcode, permissions=permissions, name_en="East"), district("other", name_en="West")]
    return problem([firm], [space(place)], [park(district=adcode)], districts, rules)


def repaired(case):
    found = repair(case, AnalysisBudget(time_limit_s=60.0))
    assert (found.status, found.needed) == (PlanStatus.OPTIMAL, True)
    assert found.plan is not None
    assert found.repaired is not None
    verify(found.repaired, found.plan)
    return [(each.change.id, each.change.field) for each in found.loosened if each.change]


@pytest.mark.parametrize("adcode", ODD)
@pytest.mark.parametrize("part", ["c/1", "c@1"])
def test_a_forbidden_function_names_its_component_and_district(adcode, part):
    case = city(adcode, part=part, permission=Permission.FORBIDDEN)
    with pytest.raises(RejectedPlanError, match=f"Component p/{part} is manufacturing, which is forbidden in East"):
        verify(case, Plan.of([Assignment("p", part, "s", NOW, 600)]))


@pytest.mark.parametrize("adcode", ODD)
def test_a_permission_is_lifted_in_the_district_that_forbids_it(adcode):
    case = city(adcode, permission=Permission.FORBIDDEN, pinned_to=adcode)
    assert repaired(case) == [(adcode, "permissions.manufacturing")]


@pytest.mark.parametrize("place", ODD)
@pytest.mark.parametrize("part", ["c/1", "c@1"])
def test_a_pin_names_its_component_and_is_lifted(place, part):
    case = city(place=place, part=part, pinned_to=place, floor_area_m2=2000)
    breach = Breach("pinned", f"p/{part}@{place}", "not placed", place)
    said = RULE_BY_ID["pinned"].explain(case, breach)
    assert said == f"Component p/{part} is locked to {place}; found: not placed."
    assert repaired(case) == [(f"p/{part}", "pinned_to")]


@pytest.mark.parametrize("name", ["R+D", "R", "R@D", "R/D"])
@pytest.mark.parametrize("adcode", ["other", "D/1", "D@1"])
def test_a_sentence_that_sites_a_project_is_lifted_by_its_name(name, adcode):
    sentence = NamedProject(
        name=name, district=adcode, functions=frozenset({Function.MANUFACTURING}), tiers=frozenset({Tier.GROWTH})
    )
    kept = replace(sentence, name="kept", tiers=frozenset({Tier.MAJOR}))
    case = city("440310", rules=policy(named_projects=(kept, sentence)), pinned_to="s")
    if adcode != "other":
        registry = replace(case.registry, districts={**case.registry.districts, adcode: district(adcode)})
        case = replace(case, registry=registry)
    rule = RULE_BY_ID["named-project"]
    limit = rule.limit_of(case, f"p/c/{adcode}")
    assert limit == Limit(f"named-project/{name}@{adcode}", "lifted")
    loosened = rule.loosen(case, limit, 1)
    assert (loosened[1].id, loosened[0].policy.named_projects) == (name, (kept,))
    assert repaired(case) == [(name, "named_projects")]


@pytest.mark.parametrize("names", [("R", "R"), ("R", "R", "R"), ("R/1", "R/1"), ("R#2", "R")])
def test_a_firm_kept_out_by_the_last_of_several_reserves_is_told_its_numbers(names):
    reserves = tuple(
        Reserve(name=name, place="s", floor_area_m2=held, until=NOW + 6, tiers=frozenset({Tier.MAJOR}))
        for name, held in zip(names, (100, 200, 700)[-len(names) :], strict=True)
    )
    told = dossier(verify(city(rules=policy(reserves=reserves)), Plan(())), "p")
    (reason,) = told.unplaced_reasons
    assert (reason.code, reason.needed, reason.offered, reason.until) == ("refused/reserve", 600, 300, "2027-03")
