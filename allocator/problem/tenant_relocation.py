"""Sitting tenants who may move: each as a component that stays where it is unless a plan places it elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass

from allocator.domain.entities import Component, Space, Tenancy
from allocator.domain.months import FOREVER
from allocator.domain.vocabulary import Function, SpaceKind
from allocator.problem.requirements import OF_TENANTS

KindsFor = Mapping[Function, frozenset[SpaceKind]]
"""Kinds of space that can serve a function."""

SEAT = "seat"
"""Component id of a tenant's floor."""


def name_of(tenancy_id: str) -> str:
    """Name under which assignments, options and variables speak of a tenant."""
    return f"tenancy:{tenancy_id}"


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenancy that may move, and what its next space must offer.

    In a plan it is moved when its seat is placed, and stays when it is not: so it is always housed.
    """

    tenancy: Tenancy
    seat: Component
    leaves: int
    """Month from which it sits elsewhere if it moves."""

    @property
    def project_id(self) -> str:
        """Name under which assignments, options and variables speak of the tenant."""
        return self.seat.project_id


def tenant(tenancy: Tenancy, space: Space, adcode: str, kinds_for: KindsFor, plan_from: int) -> Tenant:
    """The tenant of a space in a district, who may go to any space there that offers as much for no more rent.

    What the tenant does is not known, so the district and the kind of space stay the same: neither the positioning nor
    the table of kinds needs to be asked.
    """
    leaves = max(plan_from, tenancy.since)
    seat = Component(
        project_id=name_of(tenancy.tenancy_id),
        component_id=SEAT,
        function=next((f for f in Function if space.kind in kinds_for[f]), Function.PLATFORM),
        floor_area_m2=tenancy.floor_area_m2,
        power_kw=tenancy.power_kw,
        water_t_day=tenancy.water_t_day,
        effluent_t_day=tenancy.effluent_t_day,
        start_from=leaves,
        start_until=leaves,
        lease_months=None if tenancy.until == FOREVER else tenancy.until - leaves,
        max_rent_fen_m2_month=space.rent_fen_m2_month,
        districts=frozenset({adcode}),
        like=space,
        **{one.need: getattr(space, one.offer) for one in OF_TENANTS},
    )
    return Tenant(tenancy, seat, leaves)
