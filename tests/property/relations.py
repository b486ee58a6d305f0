"""Relations between a problem and a changed one, each with what it promises of the two optima.

An optimum is a tuple of goal values in their order, larger is better, or None where no plan is allowed.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from allocator.domain.entities import Component, Project
from allocator.goals import BY_ID, aims_of
from allocator.problem.problem import Problem

Optimum = tuple[int, ...] | None
Judge = Callable[[Problem, list[Problem], Optimum, list[Optimum]], bool]

FEWEST_M2 = 1


@dataclass(frozen=True)
class Relation:
    """``change`` makes further problems of one, or none where the relation says nothing; ``holds`` judges optima."""

    name: str
    change: Callable[[random.Random, Problem], list[Problem]]
    holds: Judge


def same(_: Problem, __: list[Problem], base: Optimum, others: list[Optimum]) -> bool:
    return all(other == base for other in others)


def never_worse(_: Problem, __: list[Problem], base: Optimum, others: list[Optimum]) -> bool:
    """Whatever was allowed still is, and is worth the same."""
    return all(base is None or (other is not None and other >= base) for other in others)


def never_better(_: Problem, __: list[Problem], base: Optimum, others: list[Optimum]) -> bool:
    return all(other is None or (base is not None and other <= base) for other in others)


def best_of_cases(_: Problem, __: list[Problem], base: Optimum, others: list[Optimum]) -> bool:
    """A decision is taken one way or the other: the better way is the whole."""
    return max((other for other in others if other is not None), default=None) == base


def permuted(rng: random.Random, problem: Problem) -> list[Problem]:
    def shuffled(items):
        return tuple(rng.sample(list(items), len(items)))

    registry = problem.registry
    mixed = replace(
        registry,
        districts=dict(shuffled(registry.districts.items())),
        parks=dict(shuffled(registry.parks.items())),
        spaces=dict(shuffled(registry.spaces.items())),
        tenancies=shuffled(registry.tenancies),
    )
    projects = [replace(project, components=shuffled(project.components)) for project in problem.projects]
    return [replace(problem, registry=mixed, projects=shuffled(projects), published=shuffled(problem.published))]


def relabelled(_: random.Random, problem: Problem) -> list[Problem]:
    """Other names for spaces and projects, in the opposite alphabetical order."""
    registry = problem.registry
    space = {old: f"z{len(registry.spaces) - i}" for i, old in enumerate(registry.spaces)}
    name = {project.project_id: f"y{len(problem.projects) - i}" for i, project in enumerate(problem.projects)}

    def place(old):
        return space.get(old, old)

    def part(component: Component) -> Component:
        pin = component.pinned_to
        return replace(
            component,
            project_id=name[component.project_id],
            pinned_to=None if pin is None else place(pin),
            barred_from=frozenset(map(place, component.barred_from)),
        )

    renamed = replace(
        registry,
        spaces={space[s.space_id]: replace(s, space_id=space[s.space_id]) for s in registry.spaces.values()},
        tenancies=tuple(replace(t, space_id=space[t.space_id]) for t in registry.tenancies),
    )
    projects = tuple(
        replace(p, project_id=name[p.project_id], components=tuple(map(part, p.components))) for p in problem.projects
    )
    published = tuple(
        replace(
            made,
            assignment=replace(
                made.assignment,
                project_id=name[made.assignment.project_id],
                space_id=space[made.assignment.space_id],
            ),
        )
        for made in problem.published
    )
    policy = replace(problem.policy, reserves=tuple(replace(r, place=place(r.place)) for r in problem.policy.reserves))
    return [replace(problem, registry=renamed, projects=projects, published=published, policy=policy)]


def later(rng: random.Random, problem: Problem) -> list[Problem]:
    """The whole calendar shifted by some months."""
    by = rng.randint(1, 30)

    def moved(month):
        return None if month is None else month if month > 90_000 else month + by

    registry = problem.registry
    shifted = replace(
        registry,
        spaces={
            s.space_id: replace(s, available_from=moved(s.available_from), available_until=moved(s.available_until))
            for s in registry.spaces.values()
        },
        tenancies=tuple(replace(t, since=moved(t.since), until=moved(t.until)) for t in registry.tenancies),
    )
    projects = tuple(
        replace(
            p,
            components=tuple(
                replace(c, start_from=moved(c.start_from), start_until=moved(c.start_until)) for c in p.components
            ),
        )
        for p in problem.projects
    )
    published = tuple(
        replace(made, assignment=replace(made.assignment, start=moved(made.assignment.start)))
        for made in problem.published
    )
    policy = replace(problem.policy, reserves=tuple(replace(r, until=moved(r.until)) for r in problem.policy.reserves))
    return [
        replace(
            problem,
            registry=shifted,
            projects=projects,
            published=published,
            policy=policy,
            plan_from=problem.plan_from + by,
        )
    ]


def scaled_floor(rng: random.Random, problem: Problem) -> list[Problem]:
    """Every area in a unit some times smaller; whatever is counted per m² is left out of it."""
    policy = problem.policy
    if policy.quotas or policy.subsidy_budget_yuan_month is not None or policy.reserves:
        return []
    factor = rng.choice([2, 3, 10])
    registry = problem.registry
    larger = replace(
        registry,
        spaces={
            s.space_id: replace(
                s,
                floor_area_m2=factor * s.floor_area_m2,
                lot_m2=factor * (s.lot_m2 or 1),
                rent_fen_m2_month=None,
            )
            for s in registry.spaces.values()
        },
        tenancies=tuple(replace(t, floor_area_m2=factor * t.floor_area_m2) for t in registry.tenancies),
    )
    free = replace(
        registry,
        spaces={s.space_id: replace(s, rent_fen_m2_month=None) for s in registry.spaces.values()},
    )
    projects = tuple(
        replace(p, components=tuple(replace(c, floor_area_m2=factor * c.floor_area_m2) for c in p.components))
        for p in problem.projects
    )
    return [replace(problem, registry=free), replace(problem, registry=larger, projects=projects)]


def same_as_each_other(_: Problem, __: list[Problem], ___: Optimum, others: list[Optimum]) -> bool:
    return len(set(others)) == 1


def scaled_value(rng: random.Random, problem: Problem) -> list[Problem]:
    factor = rng.choice([2, 7, 1000])
    return [replace(problem, projects=tuple(replace(p, value=factor * p.value) for p in problem.projects))]


def same_but_for_value(base: Problem, changed: list[Problem], first: Optimum, others: list[Optimum]) -> bool:
    if first is None or others[0] is None:
        return first == others[0]
    place = [aim.name for aim in aims_of(base)].index("value")
    worth = [sum(p.value for p in case.projects) for case in (base, changed[0])]
    factor = Fraction(worth[1], worth[0]) if worth[0] else 1
    scaled = [value * factor if i == place else value for i, value in enumerate(first)]
    return scaled == list(others[0])


def more_floor(rng: random.Random, problem: Problem) -> list[Problem]:
    """Slack in a space: more floor, where no quota speaks of the stock of floor or of free floor.

    A divided component takes floors whole, so a larger floor is another way of dividing it and not a slack.
    """
    if any(component.max_sites > 1 for component in problem.components.values()):
        return []
    space = rng.choice(list(problem.registry.spaces.values()))
    roomier = replace(space, floor_area_m2=space.floor_area_m2 + rng.randint(1, 6))
    return [_with_space(problem, roomier)]


def more_load(rng: random.Random, problem: Problem) -> list[Problem]:
    """A better space; what a tenant who sits there asks of another would grow with it."""
    if problem.tenants:
        return []
    space = rng.choice(list(problem.registry.spaces.values()))
    return [_with_space(problem, replace(space, floor_load_kpa=99.0, power_kw=99))]


def more_supply(rng: random.Random, problem: Problem) -> list[Problem]:
    park = rng.choice(list(problem.registry.parks.values()))
    richer = replace(park, power_kw=None, effluent_t_day=None)
    return [
        replace(problem, registry=replace(problem.registry, parks={**problem.registry.parks, park.park_id: richer}))
    ]


def no_tenants(_: random.Random, problem: Problem) -> list[Problem]:
    """Without those who sit there; the price of moving them, and districts' shares of free floor, must not change."""
    asked = {goal for aim in problem.aims or () for goal, _ in aim.parts}
    if not problem.registry.tenancies or problem.tenants or "spread" in asked:
        return []
    return [replace(problem, registry=replace(problem.registry, tenancies=()))]


def looser_policy(_: random.Random, problem: Problem) -> list[Problem]:
    """Fewer rules: no quotas, reserves, separations, budgets."""
    policy = replace(
        problem.policy,
        quotas=(),
        reserves=(),
        separations=(),
        subsidy_budget_yuan_month=None,
        exception_budget=None,
        named_projects=(),
    )
    return [replace(problem, policy=policy, max_moves=None)]


def tighter_policy(rng: random.Random, problem: Problem) -> list[Problem]:
    """One limit drawn in: the exception budget, the subsidy budget, the moves."""
    policy = problem.policy
    exceptions = 0 if policy.exception_budget is None else max(0, policy.exception_budget - 1)
    budget = policy.subsidy_budget_yuan_month
    return rng.choice(
        [
            [replace(problem, policy=replace(policy, exception_budget=exceptions))],
            [replace(problem, policy=replace(policy, subsidy_budget_yuan_month=3 if budget is None else budget // 2))],
            [replace(problem, max_moves=0 if problem.max_moves is None else max(0, problem.max_moves - 1))],
        ]
    )


def less_floor(rng: random.Random, problem: Problem) -> list[Problem]:
    space = rng.choice(list(problem.registry.spaces.values()))
    if space.floor_area_m2 < 2:
        return []
    return [_with_space(problem, replace(space, floor_area_m2=space.floor_area_m2 - 1))]


def barred(rng: random.Random, problem: Problem) -> list[Problem]:
    component = rng.choice(list(problem.components.values()))
    place = rng.choice(sorted(problem.place_names))
    return [_with_component(problem, replace(component, barred_from=component.barred_from | {place}))]


def one_project_less(rng: random.Random, problem: Problem) -> list[Problem]:
    """A project withdrawn: what the rest had, it can have still, if nobody has to be placed and no share is owed."""
    if len(problem.projects) < 2 or problem.policy.quotas or problem.max_moves is not None:
        return []
    gone = rng.choice(problem.projects)
    if any(part.pinned_to for part in gone.components) or any(
        made.assignment.project_id == gone.project_id for made in problem.published
    ):
        return []
    kept = tuple(project for project in problem.projects if project is not gone)
    worthless = tuple(replace(p, value=0) if p is gone else p for p in problem.projects)
    return [replace(problem, projects=kept), replace(problem, projects=worthless)]


def rest_not_worse(base: Problem, changed: list[Problem], first: Optimum, others: list[Optimum]) -> bool:
    """Value is compared: without the project, and with it for nothing."""
    without, for_nothing = others
    if first is None or for_nothing is None:
        return True
    place = [aim.name for aim in aims_of(changed[1])].index("value")
    gone = {p.project_id for p in base.projects} - {p.project_id for p in changed[0].projects}
    value = next(p.value for p in base.projects if p.project_id in gone)
    if without is None:
        return False
    return without[place] >= for_nothing[place] and without[place] + value >= first[place]


def in_park_or_not(rng: random.Random, problem: Problem) -> list[Problem]:
    """A component is in a park; or it is not, and stands elsewhere or nowhere."""
    component = rng.choice(list(problem.components.values()))
    if component.pinned_to is not None:
        return []
    park = rng.choice(list(problem.registry.parks))
    return [
        _with_component(problem, replace(component, pinned_to=park)),
        _with_component(problem, replace(component, barred_from=component.barred_from | {park})),
    ]


def a_park_more(rng: random.Random, problem: Problem) -> list[Problem]:
    """A park built a second time, as far from everything as the first and with the same spaces, empty of tenants."""
    registry = problem.registry
    if problem.policy.quotas or problem.policy.reserves:
        return []
    park = rng.choice(list(registry.parks.values()))
    twin = replace(park, park_id="twin")
    spaces = {
        f"{s.space_id}-twin": replace(s, space_id=f"{s.space_id}-twin", park_id="twin")
        for s in registry.spaces.values()
        if s.park_id == park.park_id
    }
    far = {
        (a, b): metres
        for (first, second), metres in registry.distance_m.items()
        for a in ((first, "twin") if first == park.park_id else (first,))
        for b in ((second, "twin") if second == park.park_id else (second,))
    }
    far["twin", park.park_id] = far[park.park_id, "twin"] = 0
    grown = replace(
        registry, parks={**registry.parks, "twin": twin}, spaces={**registry.spaces, **spaces}, distance_m=far
    )
    return [replace(problem, registry=grown)]


def longer_window(rng: random.Random, problem: Problem) -> list[Problem]:
    component = rng.choice(list(problem.components.values()))
    if component.start_until is None:
        return []
    return [_with_component(problem, replace(component, start_until=component.start_until + rng.randint(1, 4)))]


def _with_space(problem: Problem, space) -> Problem:
    spaces = {**problem.registry.spaces, space.space_id: space}
    return replace(problem, registry=replace(problem.registry, spaces=spaces))


def _with_component(problem: Problem, component: Component) -> Problem:
    def part_of(project: Project) -> Project:
        parts = tuple(component if part.key == component.key else part for part in project.components)
        return replace(project, components=parts)

    return replace(problem, projects=tuple(map(part_of, problem.projects)))


RELATIONS = (
    Relation("permuted input", permuted, same),
    Relation("relabelled ids", relabelled, same),
    Relation("shifted calendar", later, same),
    Relation("areas in another unit", scaled_floor, same_as_each_other),
    Relation("values in another unit", scaled_value, same_but_for_value),
    Relation("more floor", more_floor, never_worse),
    Relation("more load and power", more_load, never_worse),
    Relation("more supply", more_supply, never_worse),
    Relation("tenants gone", no_tenants, never_worse),
    Relation("rules lifted", looser_policy, never_worse),
    Relation("a longer start window", longer_window, never_worse),
    Relation("a park twice", a_park_more, never_worse),
    Relation("a limit drawn in", tighter_policy, never_better),
    Relation("less floor", less_floor, never_better),
    Relation("a place barred", barred, never_better),
    Relation("a project withdrawn", one_project_less, rest_not_worse),
    Relation("in a park or not", in_park_or_not, best_of_cases),
)


def cases_of(seed: int, problem: Problem) -> Iterator[tuple[Relation, list[Problem]]]:
    """Every relation that says something of a problem, with the changed problems."""
    for relation in RELATIONS:
        changed = relation.change(random.Random(f"{seed}/{relation.name}"), problem)
        if changed:
            yield relation, changed


def signed(problem: Problem, values: dict[str, int]) -> tuple[int, ...]:
    """Goal values of a plan in the order of a problem's aims, larger is better."""
    return tuple(
        values[name] if BY_ID[name].maximise else -values[name] for name in (aim.name for aim in aims_of(problem))
    )
