"""One benchmark instance: items to be put in places that have room for only so much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Sense = Literal["min", "max"]


class Family(StrEnum):
    """Which problem an instance belongs to."""

    GAP = "gap"
    SSCFLP = "sscflp"
    CITY = "city"


@dataclass(frozen=True, eq=False)
class Pairs:
    """Which item may go where: four arrays of one length, by item and then by place.

    ``items`` and ``places`` are positions in the instance's lists; ``uses`` is the room taken, ``worth`` the cost
    or the value in units of 1/divisor.
    """

    items: Integers
    places: Integers
    uses: Integers
    worth: Integers

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True, eq=False)
class Instance:
    """Items, places and what each pair uses and is worth, in integers.

    ``groups`` are positions of items that are placed together or not at all; ``must_place`` says that none may be
    left out.  ``opening`` is what it costs to use a place at all.  Costs, values and openings are ``divisor`` times
    those of the file.
    """

    name: str
    family: Family
    sense: Sense
    places: tuple[str, ...]
    capacities: tuple[int, ...]
    opening: tuple[int, ...]
    items: tuple[str, ...]
    groups: tuple[tuple[int, ...], ...]
    must_place: bool
    pairs: Pairs
    divisor: int = 1

    @property
    def sign(self) -> int:
        """1 where more is better, −1 where less is."""
        return 1 if self.sense == "max" else -1

    @property
    def size(self) -> str:
        """Items × places, in words."""
        return f"{len(self.items)} × {len(self.places)}"

    @cached_property
    def place_number(self) -> Mapping[str, int]:
        """Position of every place."""
        return {place: number for number, place in enumerate(self.places)}

    def label(self, place: int) -> str | int:
        """What an answer calls a place: its id, or its number in families that number their places from 0."""
        return self.places[place] if self.family is Family.CITY else place

    def amount(self, units: int) -> int | float:
        """A sum of worths in the file's own unit."""
        return units if self.divisor == 1 else units / self.divisor
