"""What a component may need of a space and a space offers: one table that every use reads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from statistics import median_low
from typing import Any

import numpy as np
import numpy.typing as npt

from allocator.domain.entities import Component, Space

Told = int | float | str
"""A number, or a coded word."""

Column = Any
"""Offers of all spaces, in the form that the comparison reads fast."""

Mask = npt.NDArray[np.bool_]


NOT_STATED = "not stated"


class Comparison(ABC):
    """How a need is compared with an offer; None is no need, or nothing stated."""

    absent = NOT_STATED
    """What a refusal says of an offer that is None."""
    coded = False
    """Whether need and offer are codes of a vocabulary."""

    def is_needed(self, need: Any) -> bool:
        """Whether something is needed at all."""
        return need is not None

    @abstractmethod
    def is_met(self, need: Any, offer: Any) -> bool:
        """Whether the offer meets the need."""

    def refusal(self, need: Any, offer: Any) -> tuple[Told, Told]:
        """What is needed and what is offered, if the need is not met."""
        return need, self.absent if offer is None else offer

    def told(self, value: Any) -> Told | None:
        """A need or an offer as a dossier lists it; None or an empty text for nothing."""
        told: Told | None = value
        return told

    def column(self, offers: Sequence[Any]) -> Column:
        """Offers of all spaces; NaN where nothing is stated, so that no comparison holds."""
        return np.array([np.nan if each is None else each for each in offers], dtype=np.float64)

    @abstractmethod
    def mask(self, column: Column, need: Any) -> Mask:
        """Spaces whose offer meets the need."""

    @abstractmethod
    def of_like(self, offers: Collection[Any]) -> Any:
        """What a new space offers that is like others."""


class AtLeast(Comparison):
    """A number that is large enough; 0 is no need."""

    def is_needed(self, need: Any) -> bool:
        """Whether it is neither None nor 0."""
        return bool(need)

    def is_met(self, need: Any, offer: Any) -> bool:
        """Whether the offer is as large."""
        return offer is not None and bool(offer >= need)

    def mask(self, column: Column, need: Any) -> Mask:
        """Spaces that offer as much."""
        mask: Mask = column >= need
        return mask

    def of_like(self, offers: Collection[Any]) -> Any:
        """The lower median of what is stated."""
        stated = [offer for offer in offers if offer is not None]
        return median_low(stated) if stated else None


class AtMost(Comparison):
    """A class of which a lower number is better."""

    absent = "none"

    def is_met(self, need: Any, offer: Any) -> bool:
        """Whether the offer is as low."""
        return offer is not None and bool(offer <= need)

    def mask(self, column: Column, need: Any) -> Mask:
        """Spaces of as low a class."""
        mask: Mask = column <= need
        return mask

    def of_like(self, offers: Collection[Any]) -> Any:
        """The best class."""
        return min((offer for offer in offers if offer is not None), default=None)


@dataclass(frozen=True, slots=True)
class Flag(Comparison):
    """Something that a space is or is not, with a word for each."""

    yes: str
    no: str

    def is_needed(self, need: Any) -> bool:
        """Whether it must be so."""
        return bool(need)

    def is_met(self, need: Any, offer: Any) -> bool:
        """Whether it is so."""
        return bool(offer)

    def refusal(self, need: Any, offer: Any) -> tuple[Told, Told]:
        """Both words."""
        return self.yes, self.no

    def told(self, value: Any) -> Told | None:
        """The word, or nothing."""
        return self.yes if value else ""

    def mask(self, column: Column, need: Any) -> Mask:
        """Spaces where it is so."""
        mask: Mask = column != 0
        return mask

    def of_like(self, offers: Collection[Any]) -> Any:
        """Whether it is so of any."""
        return any(offers)


class Severity(Comparison):
    """A level of a scale with severities: a space permits all up to its own."""

    coded = True

    def is_met(self, need: Any, offer: Any) -> bool:
        """Whether the space permits as much."""
        return bool(need.severity <= offer.severity)

    def refusal(self, need: Any, offer: Any) -> tuple[Told, Told]:
        """Both levels."""
        return need.value, offer.value

    def told(self, value: Any) -> Told | None:
        """The code of the level."""
        return str(value.value)

    def column(self, offers: Sequence[Any]) -> Column:
        """Severities."""
        return np.array([offer.severity for offer in offers], dtype=np.int64)

    def mask(self, column: Column, need: Any) -> Mask:
        """Spaces that permit as much."""
        mask: Mask = column >= need.severity
        return mask

    def of_like(self, offers: Collection[Any]) -> Any:
        """The highest level."""
        return max(offers, key=lambda level: level.severity)


class Contains(Comparison):
    """A set of codes that must all be on offer."""

    coded = True

    def is_needed(self, need: Any) -> bool:
        """Whether anything is in the set."""
        return bool(need)

    def is_met(self, need: Any, offer: Any) -> bool:
        """Whether nothing is missing."""
        return bool(need <= offer)

    def refusal(self, need: Any, offer: Any) -> tuple[Told, Told]:
        """What is missing, and what there is."""
        return "|".join(sorted(need - offer)), "|".join(sorted(offer)) or "none"

    def told(self, value: Any) -> Told | None:
        """The codes."""
        return "|".join(sorted(value))

    def column(self, offers: Sequence[Any]) -> Column:
        """By code, whether each space has it."""
        codes = {code for offer in offers for code in offer}
        has = {code: np.array([code in offer for offer in offers], dtype=bool) for code in codes}
        return defaultdict(lambda: np.zeros(len(offers), dtype=bool), has)

    def mask(self, column: Column, need: Any) -> Mask:
        """Spaces where nothing is missing."""
        mask: Mask = np.logical_and.reduce([column[code] for code in need])
        return mask

    def of_like(self, offers: Collection[Any]) -> Any:
        """Whatever any of them has."""
        return frozenset[Any]().union(*offers)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One property that components need and spaces offer.

    ``code`` names it in refusals and ``line`` in dossiers.  ``need`` is an attribute of :class:`Component`, ``offer``
    one of :class:`Space`.  A dossier lists what is ``requested``, and beside it what is ``offered``, where these are
    set; ``listed_need`` is the attribute to list where it is not the one that is compared.
    """

    code: str
    line: str
    need: str
    offer: str
    comparison: Comparison
    unit: str = ""
    requested: bool = True
    offered: bool = True
    listed_need: str = ""

    def refusal(self, component: Component, space: Space) -> tuple[Told, Told] | None:
        """What is needed and what is offered if the space does not meet the need; None if it does."""
        need, offer = getattr(component, self.need), getattr(space, self.offer)
        if not self.comparison.is_needed(need) or self.comparison.is_met(need, offer):
            return None
        return self.comparison.refusal(need, offer)

    def needed_by(self, component: Component) -> Told | None:
        """What the component needs, as a dossier lists it; None for nothing."""
        need = getattr(component, self.listed_need) or None if self.listed_need else getattr(component, self.need)
        told = self.comparison.told(need)
        return None if told == "" else told

    def offered_by(self, space: Space) -> Told:
        """What the space offers, as a dossier lists it."""
        told = self.comparison.told(getattr(space, self.offer))
        return NOT_STATED if told is None else told


REQUIREMENTS = (
    Requirement("load", "floor_load", "floor_load_kpa", "floor_load_kpa", AtLeast(), "kPa"),
    Requirement("height", "clear_height", "clear_height_m", "clear_height_m", AtLeast(), "m"),
    Requirement(
        "power", "power", "connection_kw", "power_kw", AtLeast(), "kW", requested=False, listed_need="power_kw"
    ),
    Requirement("cleanroom", "cleanroom", "cleanroom_iso", "cleanroom_iso", AtMost(), "ISO class"),
    Requirement(
        "ground_floor",
        "ground_floor",
        "ground_floor",
        "ground_floor",
        Flag("ground floor", "upper floor"),
        offered=False,
    ),
    Requirement("eia", "eia", "eia_level", "eia_level", Severity()),
    Requirement("utilities", "utilities", "utilities", "utilities", Contains()),
)
"""Every such property, in the order in which reasons are reported; supplies that a park shares are the park's."""

OF_TENANTS = tuple(one for one in REQUIREMENTS if one.need in {field.name for field in fields(Component)})
"""What a tenant who moves needs of the next space because the present one has it."""
