"""What every park is to every component, in rows that a card can list: why this park, and why not that one."""

from collections.abc import Iterable, Iterator
from typing import Any

from allocator.explanation.dossier import Dossier
from allocator.problem.problem import Problem

MOST_ROWS = 40_000
"""Rows that a page carries; beyond, a page stays light and the dossiers keep the verdicts."""


class _Words:
    """Words that many rows repeat, each written once."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, word: str) -> int:
        return self._numbers.setdefault(word, len(self._numbers))

    @property
    def listed(self) -> list[str]:
        return list(self._numbers)


def verdict_table(problem: Problem, dossiers: Iterable[Dossier]) -> dict[str, Any]:
    """By project id, rows [component, park, verdict, reason, needed, offered, unit]; words by their number.

    A park that is refused for several reasons has a row for the first; a component or park is named by its row in the
    payload.  Empty when there would be more rows than a page can carry.
    """
    words = _Words()
    told = list(dossiers)
    if sum(len(part.parks) for dossier in told for part in dossier.components) > MOST_ROWS:
        return {"words": [], "rows": {}}
    components = {key: row for row, key in enumerate(problem.components)}
    parks = {park_id: row for row, park_id in enumerate(problem.registry.parks)}
    rows = {dossier.project_id: list(_rows(dossier, components, parks, words)) for dossier in told}
    return {"words": words.listed, "rows": rows}


def _rows(dossier: Dossier, components: dict[str, int], parks: dict[str, int], words: _Words) -> Iterator[list[Any]]:
    for part in dossier.components:
        component = components[f"{dossier.project_id}/{part.component_id}"]
        for site in part.parks:
            row: list[Any] = [component, parks[site.park_id], words.number(site.verdict.value)]
            if site.reasons:
                first = site.reasons[0]
                row += [words.number(first.code), first.needed, first.offered, words.number(first.unit)]
            yield row
