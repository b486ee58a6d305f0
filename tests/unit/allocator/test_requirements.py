"""Every requirement of the table is read by all that speak of requirements: tests, matrix, dossiers and blocks."""

from dataclasses import replace

import pytest

from allocator.analysis.hypothetical_space import block_of
from allocator.domain.entities import Tenancy
from allocator.domain.plan import Assignment
from allocator.domain.vocabulary import EiaLevel, SpaceKind, Utility
from allocator.explanation.requirements import asked_for, offered_to
from allocator.problem.options import Reason, reasons_against
from allocator.problem.requirements import OF_TENANTS, REQUIREMENTS
from tests.support.problems import NOW, component, problem, project, space

LEVELS = sorted(EiaLevel, key=lambda level: level.severity)
FEW, MANY = frozenset({Utility(min(Utility))}), frozenset(Utility)

CASES = {
    "load": (5.0, 4.5, 7.5, (5.0, 4.5)),
    "height": (6.0, 4.5, 8.0, (6.0, 4.5)),
    "power": (300, 200, 400, (300, 200)),
    "cleanroom": (6, 7, 5, (6, 7)),
    "ground_floor": (True, False, True, ("ground floor", "upper floor")),
    "eia": (LEVELS[1], LEVELS[0], LEVELS[-1], (LEVELS[1].value, LEVELS[0].value)),
    "utilities": (MANY, FEW, MANY, ("|".join(sorted(MANY - FEW)), "|".join(FEW))),
}
"""By code: a need, an offer that does not meet it, one that does, and the two sides of the refusal."""

WRITTEN = {"connection_kw": "power_kw"}
"""Attributes of a component that are derived from another."""


def asked(code, need):
    """A problem of one component with one need, and two spaces: one that does not meet it, one that does."""
    one = next(each for each in REQUIREMENTS if each.code == code)
    _, poor, good, _ = CASES[code]
    part = component(**{WRITTEN.get(one.need, one.need): need})
    spaces = [space(space_id=name, **{one.offer: offer}) for name, offer in (("poor", poor), ("good", good))]
    return one, problem([project("p", part)], spaces)


def test_every_requirement_has_a_case():
    assert set(CASES) == {one.code for one in REQUIREMENTS}


@pytest.mark.parametrize("code", CASES)
def test_a_space_that_does_not_meet_it_is_refused_with_both_sides_and_one_that_does_is_not(code):
    one, case = asked(code, CASES[code][0])
    (part,) = case.projects[0].components
    poor, good = (case.registry.spaces[name] for name in ("poor", "good"))
    assert reasons_against(case, part, poor) == [Reason(code, *CASES[code][3], one.unit)]
    assert reasons_against(case, part, good) == []
    assert [each.space_id for each in case.offers.candidates(case, part)] == ["good"]


@pytest.mark.parametrize("code", CASES)
def test_a_dossier_lists_what_is_asked_and_what_is_offered(code):
    one, case = asked(code, CASES[code][0])
    (part,) = case.projects[0].components
    good = case.registry.spaces["good"]
    lines = {line.what: line for line in asked_for(case, part)}
    assert (one.line in lines) == one.requested
    made = Assignment("p", part.component_id, "good", NOW, part.floor_area_m2)
    beside = {line.what: line for line in offered_to(case, part, good, made)}
    assert (one.line in beside) == one.offered
    if one.offered:
        assert (beside[one.line].needed, beside[one.line].unit) == (one.needed_by(part), one.unit)
        assert beside[one.line].offered == one.comparison.told(CASES[code][2])


@pytest.mark.parametrize("code", CASES)
def test_a_tenant_needs_what_its_space_has_and_a_block_offers_what_its_like_do(code):
    one, case = asked(code, CASES[code][0])
    poor, good = (case.registry.spaces[name] for name in ("poor", "good"))
    sitting = Tenancy(tenancy_id="t", space_id="good", occupant="x", floor_area_m2=1, may_move=True)
    moved = replace(case, registry=replace(case.registry, tenancies=(sitting,)))
    seat = moved.tenants["t"].seat
    if one in OF_TENANTS:
        assert getattr(seat, one.need) == getattr(good, one.offer)
    park = next(iter(case.registry.parks.values()))
    block = block_of(case, SpaceKind(good.kind), park.district, 100)
    assert getattr(block.pattern, one.offer) == one.comparison.of_like([getattr(s, one.offer) for s in (poor, good)])


def test_what_is_not_stated_meets_no_number_and_no_need_meets_all():
    for code, absent in (
        ("load", "not stated"),
        ("height", "not stated"),
        ("power", "not stated"),
        ("cleanroom", "none"),
    ):
        one, case = asked(code, CASES[code][0])
        (part,) = case.projects[0].components
        blank = replace(case.registry.spaces["good"], **{one.offer: None})
        assert one.refusal(part, blank) == (CASES[code][0], absent)
        assert one.refusal(component(), blank) is None
