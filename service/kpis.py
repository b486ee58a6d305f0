"""What a plan adds, beside the policy's targets and their baseline (P-TARGET, P-BASELINE), and how late it is."""

from collections import defaultdict

from allocator.starts import MUCH_LATE_MONTHS, months_late
from allocator.verify import VerifiedPlan
from seeds.facts import Baseline, Counted, Target, baseline, targets
from seeds.load import labels
from service.wire import KpiOut


def kpis(verified: VerifiedPlan) -> tuple[KpiOut, ...]:
    """Every target with what the plan lets us count towards it, then every other figure of the baseline.

    The value is None where a plan of floor says nothing about a target; no coefficient turns floor into money.
    """
    starts: dict[str, list[Baseline]] = defaultdict(list)
    for figure in baseline():
        starts[figure.figure_id].append(figure)
    aimed = tuple(_towards(verified, target, starts.pop(target.target_id, [])) for target in targets())
    stated = tuple(_from(figure_id, figures) for figure_id, figures in starts.items())
    return (*aimed, *stated, _late_starts(verified))


def _late_starts(verified: VerifiedPlan) -> KpiOut:
    """Placed projects of which some part starts much later than asked."""
    problem = verified.problem
    late = {
        made.component.project_id
        for made in problem.requests_in(verified.plan)
        if months_late(problem, made.component, made.start) > MUCH_LATE_MONTHS
    }
    return KpiOut(
        id="late_starts",
        label_zh=f"晚于期望 {MUCH_LATE_MONTHS} 个月以上的落位项目",
        label_en=f"Projects placed more than {MUCH_LATE_MONTHS} months later than asked",
        value=len(late),
        unit="projects",
    )


def _towards(verified: VerifiedPlan, target: Target, starts: list[Baseline]) -> KpiOut:
    return KpiOut(
        id=target.target_id,
        label_zh=target.label_zh,
        label_en=target.label_en,
        value=None if target.counted is None else _count(verified, target.counted),
        unit=target.unit,
        target=target.value,
        baseline=_stated(starts),
        note=target.reason,
        basis="assumed" if target.counted else "sourced",
    )


def _from(figure_id: str, figures: list[Baseline]) -> KpiOut:
    title = labels().get("baseline", {}).get(figure_id, {})
    return KpiOut(
        id=figure_id,
        label_zh=title.get("zh", figure_id),
        label_en=title.get("en", figure_id.replace("_", " ")),
        value=None,
        unit=figures[0].unit,
        baseline=_stated(figures),
    )


def _stated(figures: list[Baseline]) -> str | None:
    """Every source's figure: where sources differ, all are shown."""
    words = {"exact": "", "more than": "> ", "nearly": "≈ "}
    shown = [f"{words.get(figure.qualifier, figure.qualifier + ' ')}{figure.value:g}" for figure in figures]
    return f"{' / '.join(shown)} ({figures[0].year})" if shown else None


def _count(verified: VerifiedPlan, counted: Counted) -> int:
    return sum(
        project.project_id in verified.plan.placed_projects
        and project.tier in counted.tiers
        and (not counted.functions or any(part.function in counted.functions for part in project.components))
        for project in verified.problem.projects
    )
