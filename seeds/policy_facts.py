"""What the policy documents say, as records for reference pages and key figures."""

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from seeds.dated_values import Entry, read, sourced


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFact:
    """One fact of a policy document in our own words.

    ``treatment`` is modelled, shown, recorded or open; ``by`` names the rules, goals, data or pages that carry it,
    ``test`` the test that fails without any one of them, and ``note`` says what is not carried.
    """

    fact_id: str
    kind: str
    statement_zh: str
    statement_en: str
    document: str
    section: str
    valid_from: date
    treatment: str
    by: tuple[str, ...]
    test: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Which placed projects count towards a target; no functions means any."""

    tiers: tuple[str, ...]
    functions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A quantified goal; ``counted`` is None where a plan of floor space says nothing about it."""

    target_id: str
    policy: str
    label_zh: str
    label_en: str
    unit: str
    value: int
    due: date
    document: str
    section: str
    counted: Counted | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A figure of a past year as one source gives it; sources that differ have an entry each."""

    figure_id: str
    policy: str
    year: int
    unit: str
    value: float
    qualifier: str
    document: str
    section: str


def policy_facts() -> dict[str, PolicyFact]:
    """Facts by id, in the order of the document."""
    return {entry["id"]: _fact(sourced(entry, entry["id"])) for entry in read("policy.yaml")["facts"]}


def targets() -> tuple[Target, ...]:
    """Every quantified goal."""
    return tuple(_target(sourced(entry, f"target {entry['id']}")) for entry in read("targets.yaml")["targets"])


def baseline() -> tuple[Baseline, ...]:
    """Where the industry stood, every source's figure beside the others."""
    return tuple(
        Baseline(figure_id=entry["id"], **_without(sourced(entry, f"baseline {entry['id']}"), "id"))
        for entry in read("targets.yaml")["baseline"]
    )


def documents() -> tuple[MappingProxyType[str, Any], ...]:
    """The cited documents: file, titles, publishers, date where known, and whether it is the authority."""
    return tuple(MappingProxyType(document) for document in read("documents.yaml")["documents"])


def not_read() -> tuple[MappingProxyType[str, Any], ...]:
    """Newer policy that is known of and not read into the seeds: titles, year and note."""
    return tuple(MappingProxyType(document) for document in read("documents.yaml")["not_read"])


def _fact(entry: Entry) -> PolicyFact:
    return PolicyFact(
        fact_id=entry["id"],
        kind=entry["kind"],
        statement_zh=entry["statement_zh"],
        statement_en=entry["statement_en"],
        document=entry["document"],
        section=entry["section"],
        valid_from=entry["from"],
        treatment=entry["treatment"],
        by=tuple(entry["by"]),
        test=entry.get("test", ""),
        note=entry.get("note", ""),
    )


def _target(entry: Entry) -> Target:
    counted = entry["counted"]
    return Target(
        target_id=entry["id"],
        counted=counted and Counted(tiers=tuple(counted["tiers"]), functions=tuple(counted["functions"])),
        **_without(entry, "id", "counted", "basis"),
    )


def _without(entry: Entry, *names: str) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in names}
