"""Rule separation."""

from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import replace
from itertools import product
from typing import cast

from allocator.domain.months import format_month
from allocator.domain.plan import Breach, Plan
from allocator.domain.policy import Separation
from allocator.problem.options import Option
from allocator.problem.plan_index import Part, PlanIndex, Sites
from allocator.problem.problem import Placement, Problem
from allocator.rules.base import Choose, Compared, NamedRow, PartBreach, Rule
from allocator.rules.limits import Edit, Limit, Loosened, with_component

FEW = 200
"""So many pairs of an emitter's option and a sensitive component are written out for one place."""


EMITS, FEELS = "emits", "feels"
"""Names of the rows that tell a month's emitters and sensitive neighbours apart."""


class Separations(Rule):
    """What emits a hazard and what is sensitive to it are never at the same time in one place, or in parks too near.

    The place is a building or a park, as the policy says for the hazard; the least distance between two parks is in
    metres, straight lines.  Where a machine stands within its park is not known, so a distance of some ten
    metres is kept by building.
    """

    id = "separation"
    title_zh = "危害源与敏感用途分隔"
    title_en = "Emitters apart from the sensitive"
    formula = (
        r"z_o + \sum_{o' \in O_{c'},\, o' \parallel o,\, s(o') \in N_h(s(o))} z_{o'} \le 1 \quad "
        r"\forall h,\ c \text{ emits } h,\ o \in O_c,\ c' \ne c \text{ sensitive to } h"
    )
    source = ("P-EIA", "DESIGN-4.7")
    short = ("分隔", "separation")
    unit = "m"
    part_breach = PartBreach.GROWING

    def formulate(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """Per hazard and place of emitters: not both they and the sensitive near them at one time.

        A few pairs are written out one by one.  Many go through a variable per month that says whether anything emits
        there: a row for each emitter and each sensitive component instead of one for each pair.
        """
        for apart in problem.policy.separations:
            emitting, sensitive = _by_place(problem, apart), _by_park(problem, apart)
            for place, options in emitting.items():
                near = list(_near(problem, apart, options[0], sensitive))
                if len(options) * len({other.component for other in near}) <= FEW:
                    yield from _pairs(choose, apart, options, near)
                    continue
                both = {option.component for option in options} & {other.component for other in near}
                plain = [other for other in near if other.component not in both]
                yield from _in_turn(choose, apart, place, options, plain)
                yield from _pairs(choose, apart, options, [other for other in near if other.component in both])

    def check(self, problem: Problem, plan: Plan) -> Iterator[Breach]:
        """Look at every pair of an emitter and a sensitive neighbour."""
        placements = problem.placements(plan)
        for apart in problem.policy.separations:
            emitting = [p for p in placements if apart.hazard in p.component.emits]
            sensitive = [p for p in placements if apart.hazard in p.component.sensitive_to]
            for source, target in product(emitting, sensitive):
                if source.component is not target.component and _meet(source, target):
                    where = f"{apart.hazard.value}/{source.component.key}/{target.component.key}"
                    yield from _clash(self.id, where, problem, apart, (source, target))

    def compared(self, problem: Problem, breach: Breach, option: Option) -> Compared:
        """How far apart they must be, and how far they are."""
        return Compared(breach.limit, breach.measured, "m" if isinstance(breach.measured, int) else "")

    def explain(self, problem: Problem, breach: Breach) -> str:
        """Name the hazard and both components, and how near they stand."""
        hazard, keys = breach.where.split("/", 1)
        stand = f"stand {breach.measured} m apart, less than {breach.limit} m"
        shared = stand if isinstance(breach.measured, int) else f"share {breach.measured}"
        return f"{keys}: one emits {hazard}, the other is sensitive to it, and they {shared}."

    def affected(self, index: PlanIndex, sites: Sites) -> Part:
        """The parks entered and those within the reach of a hazard, if the sites have to do with hazards."""
        problem = index.problem
        components = [problem.components[site.key] for site in sites]
        if not any(component.emits or component.sensitive_to for component in components):
            return index.nothing()
        reach = max((apart.least_m for apart in problem.policy.separations), default=0)
        entered = index.parks_of(sites)
        near = {k for k in index.in_park if k in entered or any(problem.between_m(k, p) < reach for p in entered)}
        return index.part_with(sites, (a for park_id in near for a in index.in_park[park_id]))

    def limit_of(self, problem: Problem, where: str) -> Limit | None:
        """A hazard of the component that emits it."""
        hazard, rest = where.split("/", 1)
        if rest.startswith(f"{FEELS}/"):
            return None
        named = (f"{EMITS}/{{}}/", "{}@")
        emitter = next(key for key in problem.components if rest.startswith(tuple(each.format(key) for each in named)))
        return Limit(f"{self.id}/{hazard}/{emitter}")

    def states(self, problem: Problem, limit: Limit, where: str) -> bool:
        """Whether the emitter of the breach is that of the limit."""
        return where.startswith(f"{limit.where}/")

    def loosen(self, problem: Problem, limit: Limit, amount: int) -> Loosened:
        """Shield the emitter."""
        hazard, key = limit.where.split("/", 1)
        component = problem.components[key]
        shielded = replace(component, emits=frozenset(each for each in component.emits if each.value != hazard))
        return with_component(problem, shielded), Edit("component", key, "emits", hazard, None)


def _clash(
    rule_id: str, where: str, problem: Problem, apart: Separation, pair: tuple[Placement, Placement]
) -> Iterator[Breach]:
    first, second = (placement.space for placement in pair)
    if _place(problem, apart, first.space_id) == _place(problem, apart, second.space_id):
        yield Breach(rule_id, where, f"one {apart.scope.value}", f"not one {apart.scope.value}")
    elif first.park_id != second.park_id:
        metres = problem.registry.distance_m[first.park_id, second.park_id] if apart.least_m else 0
        if metres < apart.least_m:
            yield Breach(rule_id, where, metres, apart.least_m)


def _meet(first: Option | Placement, second: Option | Placement) -> bool:
    return first.start < second.end and second.start < first.end


def _place(problem: Problem, apart: Separation, space_id: str) -> Hashable:
    space = problem.registry.spaces[space_id]
    return space.building_key if apart.scope.value == "building" else space.park_id


def _by_place(problem: Problem, apart: Separation) -> dict[Hashable, list[Option]]:
    emitting: dict[Hashable, list[Option]] = defaultdict(list)
    for option in problem.options:
        if apart.hazard in problem.components[option.component].emits:
            emitting[_place(problem, apart, option.space_id)].append(option)
    return emitting


def _by_park(problem: Problem, apart: Separation) -> dict[str, list[Option]]:
    sensitive: dict[str, list[Option]] = defaultdict(list)
    for option in problem.options:
        if apart.hazard in problem.components[option.component].sensitive_to:
            sensitive[problem.park_of(option.space_id).park_id].append(option)
    return sensitive


def _pairs(choose: Choose, apart: Separation, emitting: list[Option], near: list[Option]) -> Iterator[NamedRow]:
    """An emitter's option, and a sensitive component near it at the same time: not both."""
    by_component = _by_component(near)
    for option in emitting:
        for key, candidates in by_component.items():
            meeting = [other for other in candidates if _meet(option, other)]
            if meeting and key != option.component:
                chosen = choose.option(option) + choose.sum_of(meeting)
                yield f"{apart.hazard.value}/{option.name}/{key}", chosen <= 1


def _in_turn(
    choose: Choose, apart: Separation, place: Hashable, emitting: list[Option], near: list[Option]
) -> Iterator[NamedRow]:
    """In every month that matters the place is left to emitters or to the sensitive near it."""
    name = place if isinstance(place, str) else "~".join(part for part in cast("tuple[str, ...]", place) if part)
    for month in sorted({option.start for option in (*emitting, *near)}):
        emit, feel = ([o for o in options if o.start <= month < o.end] for options in (emitting, near))
        if not emit or not feel:
            continue
        where = f"{name}/{format_month(month)}"
        anyone = choose.sum_of(emit)
        emits = choose.own(Separations.id, f"{apart.hazard.value}/{where}", anyone >= 1)
        for key, options in _by_component(emit).items():
            yield (
                f"{apart.hazard.value}/{EMITS}/{key}/{where}",
                choose.sum_of(options) <= emits,
            )
        for key, options in _by_component(feel).items():
            yield (
                f"{apart.hazard.value}/{FEELS}/{key}/{where}",
                choose.sum_of(options) + emits <= 1,
            )


def _by_component(options: list[Option]) -> dict[str, list[Option]]:
    grouped: dict[str, list[Option]] = defaultdict(list)
    for option in options:
        grouped[option.component].append(option)
    return grouped


def _near(problem: Problem, apart: Separation, option: Option, sensitive: dict[str, list[Option]]) -> Iterator[Option]:
    """Options of the sensitive in the same place, and in other parks that are too near."""
    here = problem.park_of(option.space_id).park_id
    place = _place(problem, apart, option.space_id)
    yield from (o for o in sensitive.get(here, ()) if _place(problem, apart, o.space_id) == place)
    if apart.least_m:
        for park_id, others in sensitive.items():
            if park_id != here and problem.between_m(here, park_id) < apart.least_m:
                yield from others
