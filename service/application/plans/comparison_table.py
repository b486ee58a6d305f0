"""Several plans against one: one table of goals, figures and moves, and each difference in full."""

from collections.abc import Callable, Iterator, Sequence

from pydantic import Field

from allocator.domain.plan import PlanStatus
from service.application.plans.comparison import Comparison, compare
from service.formats.plan import PlanOut, Wire


class PlanColumn(Wire):
    """One plan of a table."""

    label: str
    plan_id: str
    status: PlanStatus
    proven: bool = Field(description="Whether every goal is proven to be the best.")
    goals: dict[str, int] = Field(description="Exact value of every goal.")
    placed: int = Field(description="Projects placed.")
    waiting: int = Field(description="Projects not placed.")
    floor_area_m2: int = Field(description="Floor let.")
    exceptions: int = Field(description="Components by exception to the positioning.")
    moves: int | None = Field(description="Components elsewhere, or from another month, than in the first plan.")
    kpis: dict[str, float] = Field(description="Figures that the plan lets us count.")


class ComparisonTable(Wire):
    """Plans side by side, the first one being what the others are held against."""

    plans: tuple[PlanColumn, ...]
    differences: tuple[Comparison, ...] = Field(description="Each other plan against the first, in full.")


def comparison_table(plans: Sequence[tuple[str, PlanOut]]) -> ComparisonTable:
    """Plans with their labels side by side, each against the first."""
    first = plans[0][1]
    differences = tuple(compare(first, plan) for _, plan in plans[1:])
    moves = (None, *(len(difference.moves) for difference in differences))
    columns = (_column(label, plan, count) for (label, plan), count in zip(plans, moves, strict=True))
    return ComparisonTable(plans=tuple(columns), differences=differences)


def _column(label: str, plan: PlanOut, moves: int | None) -> PlanColumn:
    return PlanColumn(
        label=label,
        plan_id=plan.plan_id,
        status=plan.status,
        proven=plan.status is PlanStatus.OPTIMAL,
        goals=dict(plan.measures),
        placed=len({made.project_id for made in plan.assignments}),
        waiting=len(plan.unplaced),
        floor_area_m2=sum(made.floor_area_m2 for made in plan.assignments),
        exceptions=sum(made.permission == "exception" for made in plan.assignments),
        moves=moves,
        kpis={kpi.id: kpi.value for kpi in plan.kpis if kpi.value is not None},
    )


def comparison_table_text(found: ComparisonTable) -> str:
    """The table, then each plan's difference from the first, a line per fact."""
    names = list(dict.fromkeys(name for plan in found.plans for name in plan.goals))
    figures = list(dict.fromkeys(name for plan in found.plans for name in plan.kpis))
    rows: list[tuple[str, Callable[[PlanColumn], object]]] = [
        ("方案 plan", lambda plan: plan.plan_id),
        ("状态 status", lambda plan: plan.status.value),
        *((name, lambda plan, name=name: plan.goals.get(name)) for name in names),
        ("落位项目 placed", lambda plan: plan.placed),
        ("未落位 waiting", lambda plan: plan.waiting),
        ("面积 floor m²", lambda plan: plan.floor_area_m2),
        ("例外 exceptions", lambda plan: plan.exceptions),
        ("调整 moves", lambda plan: plan.moves),
        *((name, lambda plan, name=name: plan.kpis.get(name)) for name in figures),
    ]
    return "\n".join(_aligned(found.plans, rows))


def _aligned(plans: Sequence[PlanColumn], rows: Sequence[tuple[str, Callable[[PlanColumn], object]]]) -> Iterator[str]:
    table = [("", *(plan.label for plan in plans))]
    table += [(title, *(_shown(value(plan)) for plan in plans)) for title, value in rows]
    widths = [max(_width(row[place]) for row in table) for place in range(len(plans) + 1)]
    for title, *cells in table:
        first = title + " " * (widths[0] - _width(title))
        others = (" " * (width - _width(cell)) + cell for cell, width in zip(cells, widths[1:], strict=True))
        yield "  ".join([first, *others]).rstrip()


def _shown(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:,g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


def _width(text: str) -> int:
    """Columns of a terminal: Chinese characters and full-width marks take two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)
