"""A dossier as a document, with the words of the clauses that had a say in it."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from allocator.domain.months import format_month
from allocator.domain.plan import Assignment
from allocator.explanation.dossier import Applied, Dossier
from seeds.policy_facts import policy_facts
from service.formats.dossier import ClauseOut, DossierOut


def dossier_document(dossier: Dossier) -> DossierOut:
    """A dossier as a document."""
    said = asdict(dossier)
    said["policy"] = tuple(_clauses(dossier.applied))
    del said["applied"], said["brief"]
    said["alternatives"] = [{"sites": _places(way.sites), "deltas": dict(way.deltas)} for way in dossier.alternatives]
    if dossier.repair is not None:
        said["repair"]["sites"] = _places(dossier.repair.sites)
    return DossierOut.model_validate(said)


def _places(sites: Iterable[Assignment]) -> list[dict[str, Any]]:
    return [
        {
            "component_id": site.component_id,
            "space_id": space_id,
            "start": format_month(site.start),
            "floor_area_m2": area_m2,
        }
        for site in sites
        for space_id, area_m2 in site.pieces
    ]


def _clauses(applied: Iterable[Applied]) -> Iterator[ClauseOut]:
    """Clauses of the policy; ids of the design have no words of their own."""
    facts = policy_facts()
    for clause in applied:
        fact = facts.get(clause.source)
        if fact is not None:
            yield ClauseOut(
                id=clause.source,
                by=clause.by,
                statement_zh=fact.statement_zh,
                statement_en=fact.statement_en,
                document=fact.document,
                section=fact.section,
            )
