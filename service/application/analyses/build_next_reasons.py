"""How large a block of new floor to ask about, and why one more block brings nothing where none does."""

from collections import Counter
from collections.abc import Sequence
from statistics import median_low

from allocator.analysis.hypothetical_space import block_of, with_blocks
from allocator.checking.verify import VerifiedPlan
from allocator.domain.entities import Component, Space
from allocator.domain.vocabulary import SpaceKind
from allocator.problem.options import reasons_against
from allocator.problem.problem import Problem
from maps.payload.analyses import Opportunity
from maps.payload.reason_labels import REASONS, Label

STEP_M2 = 500
MOST_NAMED = 3


def typical_block_m2(verified: VerifiedPlan) -> int:
    """Floor that the median component without a place asks for, in whole steps; of all components where none waits."""
    waiting = _waiting(verified) or tuple(part for project in verified.problem.projects for part in project.components)
    asked = sorted(part.floor_area_m2 for part in waiting)
    return STEP_M2 * -(-median_low(asked) // STEP_M2) if asked else 2 * STEP_M2


def _waiting(verified: VerifiedPlan) -> tuple[Component, ...]:
    placed = verified.plan.placed_projects
    return tuple(
        part for project in verified.problem.projects if project.project_id not in placed for part in project.components
    )


def why_nothing(rows: Sequence[Opportunity], area_m2: int, verified: VerifiedPlan) -> Label:
    """Why no block brings anything: what was proven, what time did not allow, and what keeps the waiting out of it."""
    states = Counter(row["state"] for row in rows)
    waiting = _waiting(verified)
    zh, en = [], []
    for state, (said_zh, said_en) in _STATES.items():
        if states[state]:
            zh.append(said_zh.format(n=states[state]))
            en.append(said_en.format(n=states[state]))
    told = {"zh": "，".join(zh), "en": "; ".join(en)}
    if not waiting:
        return {"zh": f"{told['zh']}。没有未落位的项目。", "en": f"{told['en']}. No project waits for a place."}
    blocks = _blocks(verified.problem, area_m2)
    built = with_blocks(verified.problem, blocks)
    kept_out = [codes for part in waiting if (codes := _against(built, part, blocks))]
    named = Counter(code for codes in kept_out for code in codes).most_common(MOST_NAMED)
    zh_why = "、".join(f"{REASONS[f'no-option/{code}']['zh']} {n}" for code, n in named)
    en_why = ", ".join(f"{REASONS[f'no-option/{code}']['en'].lower()} {n}" for code, n in named)
    zh_text = f"{told['zh']}。未落位的 {len(waiting)} 个组成部分中，{len(kept_out)} 个用不了这样一块空间"
    en_text = f"{told['en']}. Of {len(waiting)} components that wait, {len(kept_out)} could not use such a block"
    return {
        "zh": f"{zh_text}（{zh_why}）。" if named else f"{zh_text}。",
        "en": f"{en_text} ({en_why})." if named else f"{en_text}.",
    }


_STATES = {
    "proven": ("{n} 格已证明无增益", "{n} cells are proven to gain nothing"),
    "least": (
        "{n} 格在时限内未找到增益，但未证明没有",
        "in {n} cells no gain was found in the time given, nor is it proven that there is none",
    ),
    "open": ("{n} 格在时限内未算完", "{n} cells were not solved in time"),
    "unwanted": ("{n} 格无人可用", "{n} cells nobody could use"),
}


def _blocks(problem: Problem, area_m2: int) -> tuple[Space, ...]:
    """A block of each kind in each district that may have it, in the first park there."""
    made = (block_of(problem, kind, adcode, area_m2) for kind in SpaceKind for adcode in problem.registry.districts)
    return tuple(block.space(block.park_ids[0]) for block in made if block is not None)


def _against(problem: Problem, part: Component, blocks: Sequence[Space]) -> tuple[str, ...]:
    """What stands against a component in the block that comes nearest to taking it; empty where one takes it."""
    found = [[reason.code for reason in reasons_against(problem, part, block)] for block in blocks]
    nearest = min(found, key=len, default=["kind"])
    return tuple(nearest)
