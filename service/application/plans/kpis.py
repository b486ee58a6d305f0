"""What a plan adds, beside the policy's targets and their baseline (P-TARGET, P-BASELINE), and how late it is."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from allocator.checking.verify import VerifiedPlan
from allocator.domain.entities import Project
from allocator.domain.vocabulary import Segment, Tier
from allocator.problem.start_months import MUCH_LATE_MONTHS, months_late
from seeds.load import labels
from seeds.policy_facts import Baseline, Counted, Target, baseline, targets
from service.formats.plan import KpiOut


def is_platform(project: Project) -> bool:
    """Whether a project is a public platform, by its tier, its segment or its kind."""
    return (
        project.tier is Tier.PUBLIC_PLATFORM
        or project.segment is Segment.PUBLIC_PLATFORM
        or project.platform_kind is not None
    )


def kpis(verified: VerifiedPlan) -> tuple[KpiOut, ...]:
    """Who comes first and who waits, every target with what the plan counts towards it, then the rest of the baseline.

    The value is None where a plan of floor says nothing about a target; no coefficient turns floor into money.
    """
    starts: dict[str, list[Baseline]] = defaultdict(list)
    for figure in baseline():
        starts[figure.figure_id].append(figure)
    aimed = tuple(_towards(verified, target, starts.pop(target.target_id, [])) for target in targets())
    stated = tuple(_from(figure_id, figures) for figure_id, figures in starts.items())
    return (*_first(verified), *aimed, *stated, _late_starts(verified))


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


FIRST: Mapping[str, tuple[str, str, Callable[[Project], bool]]] = {
    "majors": ("重大项目", "Major projects", lambda project: project.tier is Tier.MAJOR),
    "leaders": ("领军企业项目", "Projects of leading firms", lambda project: project.tier is Tier.LEADER),
    "platforms": ("公共平台", "Public platforms", is_platform),
}
"""Groups whose placing every plan states: labels, and who belongs to each."""


def _first(verified: VerifiedPlan) -> Iterator[KpiOut]:
    """Of each group how many projects are placed and how many wait, whether there are any or not."""
    for group, (zh, en, _) in FIRST.items():
        placed, waiting = counted(verified.problem.projects, verified.plan.placed_projects, group)
        yield KpiOut(
            id=f"{group}_placed", label_zh=f"{zh}：已落位", label_en=f"{en} placed", value=placed, unit="projects"
        )
        yield KpiOut(
            id=f"{group}_waiting", label_zh=f"{zh}：未落位", label_en=f"{en} waiting", value=waiting, unit="projects"
        )


def counted(projects: Iterable[Project], placed: Collection[str], group: str) -> tuple[int, int]:
    """How many projects of a group are placed, and how many wait."""
    _, _, belongs = FIRST[group]
    among = [project.project_id in placed for project in projects if belongs(project)]
    return sum(among), len(among) - sum(among)


def _towards(verified: VerifiedPlan, target: Target, starts: list[Baseline]) -> KpiOut:
    value = None if target.counted is None else _count(verified, target.counted)
    return KpiOut(
        id=target.target_id,
        label_zh=target.label_zh,
        label_en=target.label_en,
        value=value,
        unit=target.unit,
        target=target.value,
        due=target.due.isoformat(),
        share=None if value is None or not target.value else round(value / target.value, 4),
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
