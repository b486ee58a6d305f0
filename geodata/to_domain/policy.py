"""The bridge from the policy's records to the domain."""

from allocator.domain.months import parse_month
from allocator.domain.policy import NamedProject, Policy, Quota, Reserve, Separation
from geodata.records.inputs import PolicyRecord
from geodata.records.policy_records import NamedProjectRecord, QuotaRecord, ReserveRecord, SeparationRecord


def to_policy(record: PolicyRecord) -> Policy:
    """The policy's numbers."""
    return Policy(
        kinds_for={function: frozenset(kinds) for function, kinds in record.kinds_for.items()},
        fit_points=dict(record.fit_points),
        speciality_points=record.speciality_points,
        named_projects=tuple(_named(named) for named in record.named_projects),
        move_price=dict(record.move_price),
        separations=tuple(_separation(entry) for entry in record.separations),
        reserves=tuple(_reserve(entry) for entry in record.reserves),
        quotas=tuple(_quota(entry) for entry in record.quotas),
        subsidy_fen_m2_month={tier: int(yuan * 100) for tier, yuan in record.subsidy_yuan_m2_month.items()},
        subsidy_budget_yuan_month=record.subsidy_budget_yuan_month,
        exception_budget=record.exception_budget,
        opening_months=record.opening_months,
        start_slack_months=record.start_slack_months,
    )


def _named(record: NamedProjectRecord) -> NamedProject:
    return NamedProject(
        name=record.name,
        district=record.district,
        functions=frozenset(record.functions),
        tiers=frozenset(record.tiers),
        segments=frozenset(record.segments),
        platform_kinds=frozenset(record.platform_kinds),
        source=record.source,
    )


def _separation(record: SeparationRecord) -> Separation:
    return Separation(
        hazard=record.hazard,
        scope=record.scope,
        least_m=record.least_m,
        basis=record.basis,
        source=record.source,
    )


def _reserve(record: ReserveRecord) -> Reserve:
    return Reserve(
        name=record.name,
        place=record.place,
        floor_area_m2=record.floor_area_m2,
        until=parse_month(record.until),
        tiers=frozenset(record.tiers),
        kinds=frozenset(record.kinds),
        source=record.source,
    )


def _quota(record: QuotaRecord) -> Quota:
    return Quota(
        name=record.name,
        kind=record.kind,
        share_bp=record.share_bp,
        tiers=frozenset(record.tiers),
        district=record.district,
        least_m2=record.least_m2,
        most_m2=record.most_m2,
        source=record.source,
    )
