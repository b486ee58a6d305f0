"""Rent subsidy: what the budget pays of a rent, and what is left to the firm."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from allocator.domain.entities import Component, Space
from allocator.problem.floor_splits import Piece

if TYPE_CHECKING:
    from allocator.problem.problem import Problem


def rate_fen_m2_month(problem: Problem, component: Component) -> int:
    """Subsidy of the firm's tier, fen per m² and month; none for a sitting tenant."""
    project = problem.project_by_id.get(component.project_id)
    return 0 if project is None else problem.policy.subsidy_fen_m2_month.get(project.tier, 0)


def subsidy_fen_m2_month(problem: Problem, component: Component, space: Space) -> int:
    """What the budget pays there, fen per m² and month: the rate, and never more than a rent that is known."""
    rate, rent = rate_fen_m2_month(problem, component), space.rent_fen_m2_month
    return rate if rent is None else min(rate, rent)


def rent_paid_fen_m2_month(problem: Problem, component: Component, space: Space) -> int | None:
    """What the firm pays there itself, fen per m² and month; None where no rent is known."""
    rent = space.rent_fen_m2_month
    return None if rent is None else rent - subsidy_fen_m2_month(problem, component, space)


def subsidy_yuan_month(problem: Problem, component: Component, pieces: Iterable[Piece]) -> int:
    """Monthly subsidy of the floor taken, rounded half up to whole yuan."""
    spaces = problem.registry.spaces
    fen = sum(subsidy_fen_m2_month(problem, component, spaces[space_id]) * area for space_id, area in pieces)
    return (fen + 50) // 100
