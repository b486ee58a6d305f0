"""Sitting tenants of whom a district reads the space alone: in parks of other districts, and no firms of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from allocator.domain.entities import Tenancy
from allocator.problem.problem import Problem
from geodata.records.inputs import Inputs
from geodata.records.signed_leases import names_of

HIDDEN = "–"
"""In place of a name."""


@dataclass(frozen=True)
class TenantMask:
    """What tells the tenants that a district knows from others: where each space lies, and the district's own firms."""

    district: str
    district_of: Mapping[str, str]
    own_names: frozenset[str]

    @staticmethod
    def of(
        district: str, parks: Iterable[tuple[str, str]], spaces: Iterable[tuple[str, str]], firms: Iterable[str]
    ) -> "TenantMask":
        """From each park's district, each space's park and the names of the district's own firms."""
        home = dict(parks)
        own = frozenset(name for firm in firms for name in names_of(firm))
        return TenantMask(district, {space_id: home.get(park_id, "") for space_id, park_id in spaces}, own)

    def hides(self, space_id: str, occupant: str) -> bool:
        """Whether it is hidden who sits in a space, and whether that tenant may be moved."""
        return self.district_of.get(space_id) != self.district and not names_of(occupant) & self.own_names


def in_registry(document: Mapping[str, Any], district: str, firms: Iterable[str]) -> dict[str, Any]:
    """The content of a registry without the names and projects of tenants in other districts, and who may be moved."""
    mask = TenantMask.of(
        district,
        ((each["park_id"], each["district"]) for each in document["parks"]),
        ((each["space_id"], each["park_id"]) for each in document["spaces"]),
        firms,
    )
    return {**document, "tenancies": [_space_alone(each, mask) for each in document["tenancies"]]}


def _space_alone(tenancy: Mapping[str, Any], mask: TenantMask) -> Mapping[str, Any]:
    occupant = tenancy.get("occupant", "")
    if not mask.hides(tenancy["space_id"], occupant):
        return tenancy
    hidden = {"project_id", "component_id", "may_move"}
    kept = {name: value for name, value in tenancy.items() if name not in hidden}
    return kept | ({"occupant": HIDDEN} if occupant else {})


def in_inputs(inputs: Inputs, district: str) -> Inputs:
    """The inputs of a district's own plan without them: whatever is made of the plan then has none, either.

    Tenants of other districts stay where they are in such a plan.
    """
    mask = TenantMask.of(
        district,
        ((each.park_id, each.district) for each in inputs.parks),
        ((each.space_id, each.park_id) for each in inputs.spaces),
        (each.enterprise for each in inputs.projects),
    )
    hidden = {"project_id": None, "component_id": None, "may_move": False}
    tenancies = tuple(
        each.model_copy(update=hidden | ({"occupant": HIDDEN} if each.occupant else {}))
        if mask.hides(each.space_id, each.occupant)
        else each
        for each in inputs.tenancies
    )
    return inputs.model_copy(update={"tenancies": tenancies})


def in_problem(problem: Problem, district: str, firms: Iterable[str]) -> set[str]:
    """The names themselves, as a plan has them, whole and each half of ``中文 / English``."""
    mask = TenantMask.of(
        district,
        ((each.park_id, each.district) for each in problem.registry.parks.values()),
        ((each.space_id, each.park_id) for each in problem.registry.spaces.values()),
        firms,
    )
    tenants: Iterable[Tenancy] = problem.registry.tenancies
    return {
        name
        for each in tenants
        if mask.hides(each.space_id, each.occupant)
        for name in (each.occupant, *each.occupant.split(" / "))
        if name and name != HIDDEN
    }
