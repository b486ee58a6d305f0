"""The bridge from leases that components of the batch have signed to the domain."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from allocator.domain.entities import PARK_UTILITIES, Component, Lease, Project
from allocator.domain.months import parse_month
from allocator.domain.plan import Assignment
from allocator.problem.problem import Published
from geodata.records.inputs import Inputs
from geodata.records.registry_records import TenancyRecord
from geodata.records.signed_leases import Key, leases_of


@dataclass(frozen=True)
class Signed:
    """What the tenancies of one component say: where, from when and until, what they draw, whether they may move.

    ``until`` is None where one of them has no end.
    """

    lease: Lease
    until: int | None
    draws: Mapping[str, int]
    may_move: bool
    park_id: str


def signed_leases(inputs: Inputs) -> Mapping[Key, Signed]:
    """The leases of components of the batch."""
    return {key: _signed(inputs, key, tenancies) for key, tenancies in leases_of(inputs).items()}


def _signed(inputs: Inputs, key: Key, tenancies: Sequence[TenancyRecord]) -> Signed:
    """One lease out of the tenancies of a component; without a month it begins as published, else with the plan."""
    pieces: Counter[str] = Counter()
    for tenancy in tenancies:
        pieces[tenancy.space_id] += tenancy.floor_area_m2
    stated = [tenancy.until for tenancy in tenancies if tenancy.until is not None]
    until = parse_month(max(stated)) if len(stated) == len(tenancies) else None
    published = [made.start for made in inputs.published if (made.project_id, made.component_id) == key]
    known = [tenancy.since for tenancy in tenancies if tenancy.since is not None] or published
    start = parse_month(min(known, default=inputs.plan_from))
    if until is not None and start >= until:
        start = parse_month(inputs.plan_from)
    return Signed(
        Lease(pieces=tuple(sorted(pieces.items())), start=start, stage=tenancies[0].stage),
        until,
        {name: sum(getattr(tenancy, name) for tenancy in tenancies) for name in PARK_UTILITIES},
        all(tenancy.may_move for tenancy in tenancies),
        next(space.park_id for space in inputs.spaces if space.space_id == tenancies[0].space_id),
    )


def with_leases(project: Project, leases: Mapping[Key, Signed]) -> Project:
    """The project with every component that has signed where it signed."""
    parts = (_housed(part, leases.get((project.project_id, part.component_id))) for part in project.components)
    return replace(project, components=tuple(parts))


def _housed(part: Component, signed: Signed | None) -> Component:
    """The component locked in where its lease is, unless that may move.

    Where the registry states no end, the term that was asked for runs from the lease's first month.
    """
    if signed is None or signed.may_move:
        return part
    spaces = [space_id for space_id, _ in signed.lease.pieces]
    term = part.lease_months if signed.until is None else signed.until - signed.lease.start
    return replace(
        part,
        lease=signed.lease,
        floor_area_m2=sum(area for _, area in signed.lease.pieces),
        lease_months=term,
        pinned_to=spaces[0] if len(spaces) == 1 else signed.park_id,
        barred_from=frozenset(),
        **{name: max(getattr(part, name), drawn) for name, drawn in signed.draws.items()},
    )


def as_published(made: Assignment, lease: Lease) -> Published:
    """A published assignment as its firm has signed for it since."""
    (space_id, area_m2), *further = lease.pieces
    return Published(
        replace(made, space_id=space_id, floor_area_m2=area_m2, further=tuple(further), start=lease.start), lease.stage
    )
