"""Compare the rows of a rule with its check on every plan of a problem."""

from collections.abc import Iterable, Iterator
from itertools import combinations, islice, product

from allocator.domain.plan import Plan
from allocator.problem.options import Option
from allocator.problem.problem import Problem, plan_of
from allocator.rules import Rule
from allocator.solving.model import Decisions, Model, compile_model

SEEDS = range(120)


def functional_choices(problem: Problem) -> Iterator[tuple[Option, ...]]:
    """Every choice of at most one option per component."""
    choices = [(None, *problem.options_of[key]) for key in problem.components]
    for chosen in product(*choices):
        yield tuple(option for option in chosen if option is not None)


def any_choices(problem: Problem) -> Iterator[tuple[Option, ...]]:
    """Every set of up to three options, two of one component among them."""
    for size in range(4):
        yield from combinations(problem.options, size)


def kept_by_some_values(model: Model, choose: Decisions, options: Iterable[Option]) -> bool:
    """Whether the rows hold for a plan with some values of the variables that rules own, tried one by one."""
    values = choose.values_of(options)
    for own in product((0, 1), repeat=len(choose.own_variables)):
        for index, value in zip(choose.own_variables, own, strict=True):
            values[index] = value
        if not model.violated(values):
            return True
    return False


def disagreements(rule: Rule, problem: Problem) -> list[tuple[Plan, list[str]]]:
    """Plans on which the rows and the check of a rule differ."""
    model, choose = compile_model(problem, [rule], [])
    choices = any_choices(problem) if rule.id == "placed-once" else functional_choices(problem)
    found = []
    for options in islice(choices, 3000):
        broken = model.violated(choose.values_of(options))
        plan = plan_of(options)
        wrong = bool(list(rule.check(problem, plan)))
        if bool(broken) != wrong or (wrong and choose.own_variables and kept_by_some_values(model, choose, options)):
            found.append((plan, broken))
    return found
