"""The seed batch and registry multiplied to any size, with every rule on: a large case that anyone can make again.

Copies are perturbed, so that no two of them are alike, by a generator of our own seed; ids carry the number of the
copy.  Floor only grows from copy to copy and draws shrink, so that what fits in the seeds fits in every copy.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import islice

from allocator.domain.months import format_month, parse_month
from allocator.domain.vocabulary import QuotaKind, Tier
from geodata.records.inputs import Inputs, PolicyRecord, PublishedRecord
from geodata.records.policy_records import QuotaRecord, ReserveRecord
from geodata.records.project_records import ComponentRecord, ProjectRecord
from geodata.records.registry_records import ParkRecord, SpaceRecord, TenancyRecord
from service.benchmarks.published_plan import synthetic_published_plan

SHIFT_DEG = 0.003
"""How far a copy of a park may lie from the park, some 300 m: it stays in its district."""

RESERVED_MONTHS = 12
MAX_MOVES = 20
PUBLISHED_EVERY = 10
"""Every so many projects, one stands in the published plan."""

SUBSIDY_YUAN_M2_MONTH = {Tier.STARTUP: Decimal(8), Tier.GROWTH: Decimal(5), Tier.HIDDEN_CHAMPION: Decimal(3)}
MOST_AREA_M2 = 1_000_000
"""The largest number that a quota's record holds."""

LEAST_SMALL_BP = 1_500
MOST_OF_ONE_FIRM_BP = 2_000
"""Least share of small firms in the floor placed, and most share of one firm in the stock, basis points."""

SMALL = (Tier.STARTUP, Tier.GROWTH)


def scale_seeds(seeds: Inputs, projects: int, spaces: int, seed: int = 0) -> Inputs:
    """Inputs with so many projects and spaces, all rules on; equal arguments give equal inputs."""
    # the same places and requests for every run: nothing secret is drawn
    draw = random.Random(seed)  # noqa: S311
    stock = list(islice(_spaces(seeds, draw), spaces))
    kept = {space.park_id for space in stock}
    copies = -(-spaces // len(seeds.spaces))
    parks = [park for copy in range(copies) for park in _parks(seeds, copy, draw) if park.park_id in kept]
    letters = _tenancies(seeds, copies, {space.space_id for space in stock})
    places = {*kept, *(space.space_id for space in stock), *(district.adcode for district in seeds.districts)}
    batch = list(islice(_projects(seeds, places, draw), projects))
    floor = {park.park_id: sum(s.floor_area_m2 for s in stock if s.park_id == park.park_id) for park in parks}
    whole = seeds.model_copy(
        update={
            "parks": tuple(parks),
            "spaces": tuple(stock),
            "tenancies": tuple(letters),
            "projects": tuple(batch),
            "policy": _every_rule(seeds, floor, projects),
            "max_moves": MAX_MOVES,
        }
    )
    published = synthetic_published_plan(whole, PUBLISHED_EVERY, draw)
    standing = {made.project_id for made in published}
    return whole.model_copy(
        update={
            "published": published,
            "projects": tuple(each if each.project_id in standing else _unpinned(each) for each in batch),
            "policy": whole.policy.model_copy(update={"quotas": tuple(_quotas(whole, floor, published))}),
        }
    )


def _named(name: str, copy: int) -> str:
    return name if copy == 0 else f"{name}~{copy}"


def _parks(seeds: Inputs, copy: int, draw: random.Random) -> Iterable[ParkRecord]:
    for park in seeds.parks:
        shift = {
            "lon": park.lon + draw.uniform(-SHIFT_DEG, SHIFT_DEG),
            "lat": park.lat + draw.uniform(-SHIFT_DEG, SHIFT_DEG),
        }
        supplies = {
            name: None if (amount := getattr(park, name)) is None else round(amount * draw.uniform(1.0, 1.2))
            for name in ("power_kw", "water_t_day", "effluent_t_day")
        }
        yield park.model_copy(update={"park_id": _named(park.park_id, copy), **(shift if copy else {}), **supplies})


def _spaces(seeds: Inputs, draw: random.Random) -> Iterable[SpaceRecord]:
    copy = 0
    while True:
        for space in seeds.spaces:
            lot = space.lot_m2 or 100
            changes = {
                "space_id": _named(space.space_id, copy),
                "park_id": _named(space.park_id, copy),
                "floor_area_m2": space.floor_area_m2 + lot * round(draw.uniform(0, 0.2) * space.floor_area_m2 / lot),
                "opening_cost_yuan": round(space.opening_cost_yuan * draw.uniform(0.8, 1.2)),
            }
            if space.rent_yuan_m2_month is not None:
                rent = float(space.rent_yuan_m2_month) * draw.uniform(0.9, 1.0)
                changes["rent_yuan_m2_month"] = type(space.rent_yuan_m2_month)(str(round(rent, 1)))
            yield space.model_copy(update=changes)
        copy += 1


def _tenancies(seeds: Inputs, copies: int, spaces: set[str]) -> Iterable[TenancyRecord]:
    for copy in range(copies):
        for tenancy in seeds.tenancies:
            names = {name: _named(getattr(tenancy, name), copy) for name in ("tenancy_id", "space_id")}
            if names["space_id"] in spaces:
                yield tenancy.model_copy(update=names)


def _projects(seeds: Inputs, places: set[str], draw: random.Random) -> Iterable[ProjectRecord]:
    copy = 0
    while True:
        for project in seeds.projects:
            smaller = any(part.pinned_to for part in project.components)
            factor = draw.uniform(0.8, 1.0 if smaller else 1.2)
            changes = {
                "project_id": _named(project.project_id, copy),
                "enterprise": _named(project.enterprise, copy),
                "value": max(1, round(seeds.policy.value_of(project) * draw.uniform(0.85, 1.15))),
                "components": tuple(_component(part, copy, factor, places) for part in project.components),
            }
            yield project.model_copy(update=changes)
        copy += 1


def _component(part: ComponentRecord, copy: int, factor: float, places: set[str]) -> ComponentRecord:
    def there(name: str) -> str:
        return name if name.isdigit() else _named(name, copy)

    pin = there(part.pinned_to) if part.pinned_to else None
    # a district takes only so many pinned projects: copies are pinned to their own parks, and to districts once
    pinned = pin if pin in places and (copy == 0 or pin != part.pinned_to) else None
    return part.model_copy(
        update={
            "floor_area_m2": max(10, 10 * round(part.floor_area_m2 * factor / 10)),
            "power_kw": int(part.power_kw * min(1.0, factor)),
            "water_t_day": int(part.water_t_day * min(1.0, factor)),
            "effluent_t_day": int(part.effluent_t_day * min(1.0, factor)),
            "pinned_to": pinned,
            "barred_from": tuple(name for name in map(there, part.barred_from) if name in places),
        }
    )


def _unpinned(project: ProjectRecord) -> ProjectRecord:
    """The project without pins: what found no room in the published plan might have none at all."""
    free = tuple(part.model_copy(update={"pinned_to": None}) for part in project.components)
    return project.model_copy(update={"components": free})


def _every_rule(seeds: Inputs, floor: Mapping[str, int], projects: int) -> PolicyRecord:
    """The seed policy, its exceptions in proportion to the batch, with reserves and a subsidy budget."""
    exceptions = seeds.policy.exception_budget
    until = format_month(parse_month(seeds.plan_from) + RESERVED_MONTHS)
    return seeds.policy.model_copy(
        update={
            "exception_budget": None if exceptions is None else -(-exceptions * projects // len(seeds.projects)),
            "reserves": tuple(
                ReserveRecord(
                    name=f"major-{park_id}",
                    place=park_id,
                    floor_area_m2=max(1, floor[park_id] // 20),
                    until=until,
                    tiers=(Tier.MAJOR, Tier.PUBLIC_PLATFORM),
                )
                for park_id in list(floor)[::5]
            ),
            "subsidy_yuan_m2_month": SUBSIDY_YUAN_M2_MONTH,
            "subsidy_budget_yuan_month": sum(floor.values()) // 8,
        }
    )


def _quotas(whole: Inputs, floor: Mapping[str, int], published: Sequence[PublishedRecord]) -> Iterable[QuotaRecord]:
    """Quotas that the published plan keeps, so that there is a plan: the least is never above what stands."""
    tier_of = {project.project_id: project.tier for project in whole.projects}
    small = sum(made.floor_area_m2 for made in published if tier_of[made.project_id] in SMALL)
    every = max(1, sum(made.floor_area_m2 for made in published))
    share_bp = min(LEAST_SMALL_BP, 10_000 * small // every)
    yield QuotaRecord(name="small-firms", kind=QuotaKind.TIER_SHARE, share_bp=share_bp, tiers=SMALL)
    yield QuotaRecord(name="one-firm", kind=QuotaKind.ENTERPRISE_SHARE, share_bp=MOST_OF_ONE_FIRM_BP)
    district_of = {park.park_id: park.district for park in whole.parks}
    park_of = {space.space_id: space.park_id for space in whole.spaces}
    for district in whole.districts:
        stock = sum(area for park_id, area in floor.items() if district_of[park_id] == district.adcode)
        stands = sum(m.floor_area_m2 for m in published if district_of[park_of[m.space_id]] == district.adcode)
        if stock:
            yield _district(district.adcode, stock, stands)


def _district(adcode: str, stock_m2: int, stands_m2: int) -> QuotaRecord:
    """At the least a twentieth of a district's stock, at the most six tenths where a record can say so."""
    most = max(stands_m2, stock_m2 * 6 // 10)
    return QuotaRecord(
        name=f"district-{adcode}",
        kind=QuotaKind.DISTRICT_AREA,
        district=adcode,
        least_m2=min(MOST_AREA_M2, stands_m2, stock_m2 // 20),
        most_m2=most if most <= MOST_AREA_M2 else None,
    )
