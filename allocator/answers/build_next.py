"""Where to build next: what one more block of floor would be worth, by kind and district."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from allocator.answers.blocks import Block, block_of, one_of, with_blocks
from allocator.answers.means import Means
from allocator.answers.standing import Resolved, Standing, Variant, deltas, options_of, resolve
from allocator.domain import Space
from allocator.plan import GoalReport, PlanStatus
from allocator.problem import Problem
from allocator.verify import VerifiedPlan, verify
from allocator.vocabulary import SpaceKind


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind in one district: the block that was assumed, the park it would stand in, and what changes with it.

    ``wanted`` is False where no component of the batch could use the block in any park of the district: then nothing
    changes, which needs no solve.  ``park_id`` is None where the block is not used.  ``gained`` are the projects that
    come and ``lost`` those that go.
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


def build_next(verified: VerifiedPlan, means: Means, floor_area_m2: int = 1000, tiers: int = 1) -> BuildNext:
    """Change of the first so many goals with one more block, for every kind and district that has a park.

    Components that are placed already may move into it and make room: so every block is solved for that anyone of
    the batch could use, not only the unplaced.
    """
    standing = Standing.of(verified)
    registry = verified.problem.registry
    blocks = [
        b for k in SpaceKind for d in registry.districts if (b := block_of(verified.problem, k, d, floor_area_m2))
    ]
    trials = {_key(block): _Trial(standing, block) for block in blocks}
    wanted = {key: trial for key, trial in trials.items() if trial.wanted}
    found = resolve((trial.variant(key, tiers) for key, trial in wanted.items()), len(wanted), means)
    cells = [trial.unwanted() for key, trial in trials.items() if key not in wanted]
    cells += [trials[key].cell(resolved) for key, resolved in found.items()]
    objectives = standing.model.objectives[:tiers]
    signs = {objective.goal: objective.sign for objective in objectives}
    undone = tuple(key for key in wanted if key not in found)
    return BuildNext(floor_area_m2, tuple(signs), tuple(sorted(cells, key=lambda c: _order(c, signs))), undone)


def _blocks(problem: Problem, floor_area_m2: int) -> Iterator[Block]:
    for kind in SpaceKind:
        for adcode in problem.registry.districts:
            block = block_of(problem, kind, adcode, floor_area_m2)
            if block is not None:
                yield block


def _key(block: Block) -> str:
    return f"{block.kind.value}@{block.district}"


def _order(cell: Cell, signs: Mapping[str, int]) -> tuple[object, ...]:
    """Best first in the order of the goals; then what has no answer, and last what nobody could use."""
    return (
        not cell.wanted,
        not cell.goals,
        [-signs[goal.goal] * goal.value for goal in cell.goals],
        cell.kind.value,
        cell.district,
    )


class _Trial:
    """One block tried in every park of its district."""

    def __init__(self, standing: Standing, block: Block) -> None:
        self.block = block
        self._standing = standing
        self._spaces = {block.space(park_id).space_id: block.space(park_id) for park_id in block.park_ids}
        self._problem = with_blocks(standing.problem, tuple(self._spaces.values()))

    @property
    def wanted(self) -> bool:
        """Whether any component of the batch has an option in the block."""
        return any(self._problem.options_in[space_id] for space_id in self._spaces)

    def variant(self, key: str, tiers: int) -> Variant:
        """The model in which one of the blocks may be built."""
        model, choose = one_of(self._problem, self.block, self._standing.model)
        own = choose.values_of(options_of(self._problem, self._standing.verified.plan))
        hint = (*own, *(0 for _ in self._spaces))
        return Variant(key, self._problem, choose, model, model.objectives[:tiers], tuple(hint))

    def unwanted(self) -> Cell:
        """The cell of a block that nobody could use."""
        block = self.block
        pattern = replace(block.pattern, park_id=block.park_ids[0])
        return Cell(block.kind, block.district, pattern, block.like, False, PlanStatus.OPTIMAL, None, {}, ())

    def cell(self, resolved: Resolved) -> Cell:
        """The cell of a block that was solved for; its plan is checked again with the one block that it uses."""
        block, standing = self.block, self._standing.verified
        if resolved.verified is None:
            return replace(self.unwanted(), wanted=True, status=resolved.status)
        plan = resolved.verified.plan
        used = [self._spaces[a.space_id] for a in plan.assignments if a.space_id in self._spaces]
        verify(with_blocks(standing.problem, used[:1]), plan)
        placed, before = plan.placed_projects, standing.plan.placed_projects
        return Cell(
            block.kind,
            block.district,
            used[0] if used else block.pattern,
            block.like,
            True,
            resolved.status,
            used[0].park_id if used else None,
            deltas(resolved, standing),
            resolved.goals,
            tuple(sorted(placed - before)),
            tuple(sorted(before - placed)),
        )
