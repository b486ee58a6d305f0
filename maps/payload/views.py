"""The views of a page: their names, which of them a payload has data for, and what is seen first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

VIEWS: Mapping[str, str] = {
    "overview": "parks, links and projects",
    "flows": "research to manufacturing, from district to district",
    "unplaced": "projects without a place, by what keeps them out",
    "timeline": "supply, demand and use by half-year",
    "robustness": "how firmly projects hold their parks",
    "build": "where one more piece of floor is worth most",
    "compare": "plans A and B side by side",
    "difference": "what plan B changes",
}
"""Views by id, in the order of their tabs."""

NEEDS: Mapping[str, str] = {
    "robustness": "robustness",
    "build": "build",
    "compare": "against",
    "difference": "against",
}
"""Part of the payload that a view cannot do without."""

MANY_PROJECTS = 60
"""Above so many placed projects their links are summed by district first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a page shows first: a view, a card (``project`` or ``park`` and its id), a language (zh, en or both).

    ``embedded`` pages stand in a frame of another page, which has the switch of languages.
    """

    view: str = "overview"
    select: tuple[str, str] | None = None
    language: str = "both"
    embedded: bool = False

    def __post_init__(self) -> None:
        if self.view not in VIEWS:
            raise ValueError(f"{self.view!r} is no view; there are {', '.join(VIEWS)}")

    def settings(self) -> dict[str, Any]:
        """As the page's script reads it."""
        chosen = None if self.select is None else {"kind": self.select[0], "id": self.select[1]}
        return {"view": self.view, "select": chosen, "language": self.language, "embedded": self.embedded}


def offered(payload: Mapping[str, Any]) -> list[str]:
    """Views that the payload has data for."""
    return [view for view in VIEWS if NEEDS.get(view, "plan") in payload]


def default_opening(payload: Mapping[str, Any]) -> Opening:
    """A comparison opens with the difference; a large plan with its flows; any other with the overview."""
    if "against" in payload:
        return Opening(view="difference")
    return Opening(view="flows" if payload["summary"]["placed"] > MANY_PROJECTS else "overview")
