"""Limits that a repair may loosen: which rows state one limit, in what unit, and what loosening it costs.

A rule that is not named here is still repaired: each of its rows is a limit of its own that is lifted as a whole.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from allocator.domain.vocabulary import QuotaKind
from allocator.linear.expressions import Row
from allocator.problem.problem import Problem
from allocator.rules.base import component_and_district
from allocator.rules.links import named_links
from allocator.rules.positioning import BUDGET
from allocator.rules.quota import WHOLE_BP
from allocator.rules.separation import EMITS, FEELS
from allocator.solving.infeasibility import DEFINING, rule_of

_MONTHLY = re.compile(r"(.+?)/\d{4}-\d{2}(/.+)?")

LIFTED = "lifted"
"""Unit of a limit that holds or does not: its amount is 1."""

PRICES: Mapping[str, int] = {
    "m2": 1,
    "power_kw": 1,
    "water_t_day": 10,
    "effluent_t_day": 10,
    "yuan/month": 1,
    "exceptions": 1000,
    "moves": 1000,
    LIFTED: 1000,
}
"""Price of one unit of loosening, in points; it decides between repairs that touch equally many limits."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit that may be loosened: ``name`` is ``rule/where``, ``unit`` what its amount counts.

    A row of the limit counts ``scale`` for each unit of the amount.
    """

    name: str
    unit: str
    scale: int = 1

    @property
    def rule(self) -> str:
        """Id of the rule."""
        return rule_of(self.name)

    @property
    def where(self) -> str:
        """Where the rule states it."""
        return self.name.partition("/")[2]


def states(problem: Problem, limit: Limit, where: str) -> bool:
    """Whether a breach of the limit's rule, found there, is a breach of this limit."""
    match limit.rule:
        case "positioning" if where != BUDGET:
            key, adcode = component_and_district(problem, where)
            return limit.where == f"{problem.components[key].function.value}@{adcode}"
        case "named-project":
            return limit == _named_project(problem, where)
        case "floor-area" | "utilities" | "reserve":
            return _place(where) == limit.where
        case "quota":
            return limit == _quota(problem, where)
        case "links":
            return limit == _links(problem, where)
        case _:
            return where == limit.where or where.startswith(f"{limit.where}/")


Reader = Callable[[Problem, str], Limit | None]
"""From the place of a row to its limit; None where it only says what the rule's other rows mean."""


def limit_of(problem: Problem, row: Row) -> Limit | None:
    """The limit that a row states; None for rows that say what the choices mean."""
    rule, _, where = row.name.partition("/")
    if rule in DEFINING:
        return None
    read = READERS.get(rule)
    return Limit(row.name, LIFTED) if read is None else read(problem, where)


def _by_month(rule: str, unit: str = "m2") -> Reader:
    """Rows of all months are one limit."""

    def read(_: Problem, where: str) -> Limit | None:
        place = _place(where)
        return None if place is None else Limit(f"{rule}/{place}", unit)

    return read


def _place(where: str) -> str | None:
    """The place of a row ``place/month``; None for the rows of single options, which only say what its switch means."""
    found = _MONTHLY.fullmatch(where)
    return found[1] if found and not found[2] else None


def _utilities(_: Problem, where: str) -> Limit | None:
    place = _place(where)
    return None if place is None else Limit(f"utilities/{place}", place.rsplit("/", 1)[1])


def _positioning(problem: Problem, where: str) -> Limit:
    """The exception budget, or what a function may not do in a district."""
    if where == BUDGET:
        return Limit(f"positioning/{where}", "exceptions")
    key, adcode = component_and_district(problem, where)
    return Limit(f"positioning/{problem.components[key].function.value}@{adcode}", LIFTED)


def _named_project(problem: Problem, where: str) -> Limit:
    """The sentences of the policy that site the component there."""
    key, adcode = component_and_district(problem, where)
    sentences = {id(named) for named in problem.named_districts[key] if named.district == adcode}
    names = [name for name, named in problem.policy.named_sites.items() if id(named) in sentences]
    return Limit(f"named-project/{'+'.join(names)}@{adcode}", LIFTED)


def _links(problem: Problem, where: str) -> Limit:
    """A link of a project."""
    name = next(name for name, _, _ in named_links(problem) if f"{where}/".startswith(f"{name}/"))
    return Limit(f"links/{name}", LIFTED)


def _separation(problem: Problem, where: str) -> Limit | None:
    """A hazard of the component that emits it."""
    hazard, rest = where.split("/", 1)
    if rest.startswith(f"{FEELS}/"):
        return None
    named = (f"{EMITS}/{{}}/", "{}@")
    emitter = next(key for key in problem.components if rest.startswith(tuple(each.format(key) for each in named)))
    return Limit(f"separation/{hazard}/{emitter}", LIFTED)


def _quota(problem: Problem, where: str) -> Limit:
    """A least or most of a district, or a share; the rows of all enterprises are one limit."""
    firms = {project.enterprise for project in problem.projects}
    for name, quota in problem.policy.named_quotas.items():
        if quota.kind is QuotaKind.DISTRICT_AREA and where in {f"{name}/least", f"{name}/most"}:
            return Limit(f"quota/{where}", "m2")
        if quota.kind is QuotaKind.TIER_SHARE and where == name:
            return Limit(f"quota/{name}", "m2", WHOLE_BP)
        if quota.kind is QuotaKind.ENTERPRISE_SHARE and where in {f"{name}/{firm}" for firm in firms}:
            return Limit(f"quota/{name}", "m2")
    return Limit(f"quota/{where}", LIFTED)


READERS: Mapping[str, Reader] = {
    "floor-area": _by_month("floor-area"),
    "utilities": _utilities,
    "positioning": _positioning,
    "named-project": _named_project,
    "links": _links,
    "separation": _separation,
    "reserve": _by_month("reserve"),
    "pinned": lambda _, where: Limit(f"pinned/{where}", LIFTED),
    "budget": lambda _, where: Limit(f"budget/{where}", "yuan/month"),
    "quota": _quota,
    "move-budget": lambda _, where: Limit(f"move-budget/{where}", "moves"),
}
"""How to read the rows of each rule."""
