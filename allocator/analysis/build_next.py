"""Where to build next: what one more block of floor would be worth, by kind and district."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from allocator.analysis.budget import AnalysisBudget
from allocator.analysis.hypothetical_space import Block, alike, block_of, one_of, with_blocks
from allocator.analysis.resolve import Resolved, Variant, deltas, options_of, resolve
from allocator.checking.verify import VerifiedPlan, verify
from allocator.domain.entities import Space
from allocator.domain.plan import GoalReport, Plan, PlanStatus
from allocator.domain.vocabulary import QuotaKind, SpaceKind
from allocator.goals import BY_ID, aims_of
from allocator.goals.spread import Spread


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind in one district: the block that was assumed, the park it would stand in, and what changes with it.

    ``wanted`` is False where no component of the batch could use the block in any park of the district, and no limit
    or pursued goal counts its floor: then nothing changes, which needs no solve.  ``park_id`` is None where the block
    is not used.  ``gained`` are the projects that come and ``lost`` those that go.
    """

    kind: SpaceKind
    district: str
    block: Space
    like: tuple[str, ...]
    wanted: bool
    status: PlanStatus
    park_id: str | None
    deltas: Mapping[str, int]
    goals: tuple[GoalReport, ...]
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BuildNext:
    """Cells, the most valuable first; ``undone`` are kind@district of what time did not allow."""

    floor_area_m2: int
    goals: tuple[str, ...]
    cells: tuple[Cell, ...]
    undone: tuple[str, ...]


def build_next(verified: VerifiedPlan, means: AnalysisBudget, floor_area_m2: int = 1000, tiers: int = 1) -> BuildNext:
    """Change of the first so many goals with one more block, for every kind and district that has a park.

    Components that are placed already may move into it and make room: so every block is solved for that anyone of
    the batch could use, not only the unplaced.
    """
    problem = verified.problem
    blocks = [b for k in SpaceKind for d in problem.registry.districts if (b := block_of(problem, k, d, floor_area_m2))]
    trials = {
        f"{_key(block)}/{number}": _Trial(verified, block, parks)
        for block in blocks
        for number, parks in enumerate(alike(problem, block))
    }
    wanted = {key: trial for key, trial in trials.items() if trial.changes_anything(tiers)}
    found = resolve((trial.variant(key, tiers) for key, trial in wanted.items()), len(wanted), means)
    tried = {_key(b): [trial for trial in wanted.values() if trial.block is b] for b in blocks}
    answered = {
        _key(b): [found[key] for key, trial in wanted.items() if trial.block is b and key in found] for b in blocks
    }
    undone = tuple(key for key, trials_of in tried.items() if len(answered[key]) < len(trials_of))
    cells = [_cell(b, verified, answered[_key(b)]) for b in blocks if _key(b) not in undone]
    goals = tuple(aim.name for aim in aims_of(problem)[:tiers])
    return BuildNext(floor_area_m2, goals, tuple(sorted(cells, key=_order)), undone)


def _key(block: Block) -> str:
    return f"{block.kind.value}@{block.district}"


def _order(cell: Cell) -> tuple[object, ...]:
    """Best first in the order of the goals; then what has no answer, and last what nobody could use."""
    return (
        not cell.wanted,
        not cell.goals,
        [-worth for worth in _worth(cell.goals)],
        cell.kind.value,
        cell.district,
    )


def _worth(goals: Iterable[GoalReport]) -> list[int]:
    """Values in the order of the goals, larger is better."""
    return [goal.value if goal.goal not in BY_ID or BY_ID[goal.goal].maximise else -goal.value for goal in goals]


class _Trial:
    """One block tried in some parks of its district, in any of which it counts alike."""

    def __init__(self, verified: VerifiedPlan, block: Block, parks: Sequence[str]) -> None:
        self.block = block
        self._plan = verified.plan
        spaces = [block.space(park_id) for park_id in parks]
        self._space_ids = tuple(space.space_id for space in spaces)
        # the block may give a goal something to say that had none: what is pursued stays what the plan pursues
        self._problem = replace(with_blocks(verified.problem, spaces), aims=aims_of(verified.problem))

    def changes_anything(self, tiers: int) -> bool:
        """Whether a component could use the block, or its floor counts in a limit or in a goal that is pursued."""
        problem = self._problem
        pursued = {goal for aim in aims_of(problem)[:tiers] for goal, _ in aim.parts}
        places = problem.places_touched(self._space_ids)
        return (
            any(problem.options_in[space_id] for space_id in self._space_ids)
            or Spread.id in pursued
            or any(quota.kind is QuotaKind.ENTERPRISE_SHARE for quota in problem.policy.quotas)
            or any(reserve.place in places for reserve in problem.policy.reserves)
        )

    def variant(self, key: str, tiers: int) -> Variant:
        """The model in which one of the blocks may be used."""
        model, choose = one_of(self._problem, self._space_ids)
        own = choose.values_of(options_of(self._problem, self._plan))
        hint = (*own, *(0 for _ in self._space_ids))
        return Variant(key, self._problem, choose, model, model.objectives[:tiers], tuple(hint))


def _cell(block: Block, standing: VerifiedPlan, answered: Sequence[Resolved]) -> Cell:
    """The cell of a block by its best park; its plan is checked again with the one block that it uses."""
    pattern = replace(block.pattern, park_id=block.park_ids[0])
    if not answered:
        return Cell(block.kind, block.district, pattern, block.like, False, PlanStatus.OPTIMAL, None, {}, ())
    solved = [resolved for resolved in answered if resolved.verified is not None]
    if not solved:
        status = max((resolved.status for resolved in answered), key=lambda s: s is PlanStatus.NO_SOLUTION)
        return Cell(block.kind, block.district, pattern, block.like, True, status, None, {}, ())
    best = max(solved, key=lambda one: _worth(one.goals))
    plan = best.verified.plan if best.verified else Plan(())
    spaces = {block.space(park_id).space_id: block.space(park_id) for park_id in block.park_ids}
    used = [spaces[space_id] for made in plan.assignments for space_id in made.space_ids if space_id in spaces]
    if used:
        verify(with_blocks(standing.problem, used[:1]), plan)
    proven = all(one.status in {PlanStatus.OPTIMAL, PlanStatus.INFEASIBLE} for one in answered)
    placed, before = plan.placed_projects, standing.plan.placed_projects
    return Cell(
        block.kind,
        block.district,
        used[0] if used else block.pattern,
        block.like,
        True,
        best.status if proven else PlanStatus.FEASIBLE,
        used[0].park_id if used else None,
        deltas(best, standing),
        best.goals,
        tuple(sorted(placed - before)),
        tuple(sorted(before - placed)),
    )
