"""Goal tier-balance."""

from collections.abc import Iterator

from allocator.domain.plan import Plan
from allocator.domain.vocabulary import Tier
from allocator.goals.base import Goal
from allocator.goals.integer_encoding import WHOLE, shortfall
from allocator.linear.expressions import Linear, Row, total
from allocator.problem.plan_index import Reach
from allocator.problem.problem import Problem
from allocator.rules.base import Choose, NamedRow

LARGE = frozenset({Tier.MAJOR, Tier.LEADER})
SMALL = frozenset({Tier.HIDDEN_CHAMPION, Tier.GROWTH, Tier.STARTUP})


class TierBalance(Goal):
    """Let small firms get a site as often as large ones do.

    Of the projects that hidden champions, growing firms and start-ups ask for, some part is placed; of those that major
    projects and leaders ask for, another.  How far the first part lies behind the second is counted in whole percentage
    points, rounded up.  Large before small is what the goal value says; this one says that both grow together.
    """

    id = "tier-balance"
    title_zh = "大小企业共同发展"
    title_en = "Large and small together"
    unit = "percentage points"
    maximise = False
    silent = "large or small firms ask for nothing"
    formula = (
        r"\min\, \Delta, \qquad |P_{\text{small}}|\, |P_{\text{large}}|\, \Delta \ge "
        r"100 \Bigl(|P_{\text{small}}| \sum_{p \in P_{\text{large}}} y_p "
        r"- |P_{\text{large}}| \sum_{p \in P_{\text{small}}} y_p\Bigr)"
    )
    source = ("P-TIER",)
    reach = Reach.DISTRICTS

    def applies(self, problem: Problem) -> bool:
        """Only when both ask for something."""
        return bool(_asking(problem, LARGE)) and bool(_asking(problem, SMALL))

    def define(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """How far small firms lie behind is not counted below what it is."""
        yield "behind", _behind(problem, choose)[1]

    def term(self, problem: Problem, choose: Choose) -> Linear:
        """Percentage points."""
        return _behind(problem, choose)[0]

    def measure(self, problem: Problem, plan: Plan) -> int:
        """Count who is placed of either."""
        large, small = (_asking(problem, tiers) for tiers in (LARGE, SMALL))
        placed = [sum(project_id in plan.placed_projects for project_id in group) for group in (large, small)]
        ahead = placed[0] * len(small) - placed[1] * len(large)
        return max(0, -(-WHOLE * ahead // (len(large) * len(small))))


def _asking(problem: Problem, tiers: frozenset[Tier]) -> list[str]:
    return [project.project_id for project in problem.projects if project.tier in tiers]


def _behind(problem: Problem, choose: Choose) -> tuple[Linear, Row]:
    large, small = (_asking(problem, tiers) for tiers in (LARGE, SMALL))
    placed = [total(choose.placed(project_id) for project_id in group) for group in (large, small)]
    ahead = WHOLE * (len(small) * placed[0] - len(large) * placed[1])
    return shortfall(choose, TierBalance.id, "behind", ahead, len(large) * len(small))
