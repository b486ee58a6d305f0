"""Which component fits which space, for all pairs at once: the same answer as :func:`allocator.problem.options.fits`.

A dozen tests times every pair are too many calls for a city.  Tests that compare what a component needs with what a
space offers are done on whole columns; the window, which knows the published plan, and the area of components that may
be divided are asked of the pairs that are left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from allocator.domain.entities import Component, Space
from allocator.problem.requirements import REQUIREMENTS
from allocator.problem.subsidy import rate_fen_m2_month

if TYPE_CHECKING:
    from allocator.problem.problem import Problem

Column = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class EligibilityMatrix:
    """Columns of what the spaces offer; NaN where nothing is stated, so that no comparison holds."""

    def __init__(self, problem: Problem) -> None:
        parks = problem.registry.parks
        spaces = self._spaces = tuple(problem.registry.spaces.values())
        self._ids = np.array([space.space_id for space in spaces])
        self._kinds = np.array([space.kind.value for space in spaces])
        self._districts = np.array([parks[space.park_id].district for space in spaces])
        self._area = np.array([space.floor_area_m2 for space in spaces], dtype=np.int64)
        self._lot = np.array([space.lot_m2 or 1 for space in spaces], dtype=np.int64)
        self._rent = _column([space.rent_fen_m2_month for space in spaces])
        self._offers = tuple(
            (one, one.comparison.column([getattr(space, one.offer) for space in spaces])) for one in REQUIREMENTS
        )

    def candidates(self, problem: Problem, component: Component) -> Iterator[Space]:
        """Spaces that pass every test but the window, in the order of the registry.

        Where a component may be divided its area is not tested either.  Loads, heights and rents are compared as the
        floats that the records hold, so nothing is rounded anew.
        """
        for number in np.flatnonzero(self._serving(problem, component)).tolist():
            yield self._spaces[number]

    def _serving(self, problem: Problem, component: Component) -> Mask:
        """Whether each space serves the component, its window aside, and for a divided one its area too."""
        if component.lease is not None:
            return np.isin(self._ids, sorted(component.lease.space_ids))
        kinds = [kind.value for kind in problem.kinds_for(component)]
        mask: Mask = np.isin(self._kinds, kinds)
        if component.max_sites == 1:
            mask &= -(-component.floor_area_m2 // self._lot) * self._lot <= self._area
        if component.districts:
            mask &= np.isin(self._districts, sorted(component.districts))
        for requirement, column in self._offers:
            need = getattr(component, requirement.need)
            if requirement.comparison.is_needed(need):
                mask &= requirement.comparison.mask(column, need)
        if component.max_rent_fen_m2_month is not None:
            # a space whose rent is not known is not too dear
            paid = self._rent - rate_fen_m2_month(problem, component)
            mask &= ~(paid > component.max_rent_fen_m2_month)
        return mask


def _column(offered: Sequence[float | None]) -> Column:
    return np.array([np.nan if each is None else each for each in offered], dtype=np.float64)
