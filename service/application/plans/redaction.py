"""Answers for people of one district, without the names of other districts' projects, firms and sitting tenants."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import Connection

from allocator.problem.problem import Problem
from service.application.context import UseCaseContext
from service.application.errors import ConflictError
from service.application.registry.tenant_names import HIDDEN, in_inputs, in_problem, in_registry
from service.repositories import batches, plans

__all__ = ["HIDDEN", "Redaction", "mask_of", "masked", "masked_registry", "without_names"]

T = TypeVar("T", bound=BaseModel)


def masked(context: UseCaseContext, plan_id: str, shown: T) -> T:
    """The answer, in which every project, firm and tenant that the person may not see by name is a dash.

    Who is bound to no district gets the answer as it is.
    """
    if context.district is None:
        return shown
    with context.transaction() as connection:
        own = set(plans.projects_seen(connection, plan_id))
    _, verified = context.plan(plan_id)
    mask = mask_of(verified.problem, own, context.district)
    return shown if mask is None else type(shown).model_validate(mask.content(shown.model_dump(mode="json")))


def masked_registry(context: UseCaseContext, connection: Connection, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The content of a registry as the person may see it."""
    if context.district is None:
        return document
    return in_registry(document, context.district, batches.firms(connection))


def without_names(context: UseCaseContext, plan_id: str) -> None:
    """Refuse files of a district's plan from before such names were hidden: files are kept as they were made.

    Raises ConflictError; a plan that is made anew has none of them.
    """
    if context.district is None:
        return
    inputs = context.plan(plan_id)[0].inputs
    if inputs is not None and in_inputs(inputs, context.district) != inputs:
        detail = "The files of this plan name tenants of other districts; ask for the plan anew."
        raise ConflictError("old-names", detail)


@dataclass(frozen=True)
class Redaction:
    """Names to hide, and names to keep where one of the others is a part of them."""

    hidden: frozenset[str]
    kept: frozenset[str]

    def content(self, content: Any) -> Any:
        """JSON without the names, in keys and values."""
        said = "\n".join(_strings(content))
        # a city has thousands of names, and an answer a few of them: only these are worth a pattern
        hidden, kept = ({name for name in names if name in said} for names in (self.hidden, self.kept))
        if not hidden:
            return content
        listed = sorted(hidden | kept, key=lambda name: (-len(name), name))
        return _Writing(hidden, re.compile("|".join(map(_bounded, listed)))).content(content)


def _strings(content: Any) -> Iterator[str]:
    match content:
        case str():
            yield content
        case list():
            for each in content:
                yield from _strings(each)
        case dict():
            for key, value in content.items():
                yield key
                yield from _strings(value)


@dataclass(frozen=True)
class _Writing:
    """One answer as it is written anew."""

    hidden: set[str]
    pattern: re.Pattern[str]

    def _text(self, said: str) -> str:
        return self.pattern.sub(lambda found: HIDDEN if found.group() in self.hidden else found.group(), said)

    def _moves_a_tenant(self, content: Any) -> bool:
        """Whether this is the move of a tenant whose name is hidden: that it may be moved is so, too."""
        match content:
            case {"tenancy_id": _, "from_space": _, "occupant": str(occupant)}:
                return occupant == HIDDEN or occupant in self.hidden
            case _:
                return False

    def content(self, content: Any) -> Any:
        """The same without the names."""
        match content:
            case str():
                return self._text(content)
            case list():
                return [self.content(each) for each in content if not self._moves_a_tenant(each)]
            case {"project_id": str(project_id), "component_id": _, "value": _, "occupant": str(occupant)} if (
                project_id in self.hidden or occupant in self.hidden
            ):
                # who holds a floor, and what that is worth, is others' business; how much floor it is, is not
                named = {"project_id": HIDDEN if project_id else "", "component_id": HIDDEN, "value": 0}
                return {**content, **named, "occupant": HIDDEN if occupant else ""}
            case dict():
                return {self.content(key): self.content(value) for key, value in content.items()}
            case _:
                return content


def mask_of(problem: Problem, own: set[str], district: str | None = None) -> Redaction | None:
    """What of a plan people do not see who see some of its projects, and tenants of one district."""
    firms = {project.enterprise for project in problem.projects if project.project_id in own}
    others = [project for project in problem.projects if project.project_id not in own]
    hidden = {name for each in others for name in (each.project_id, each.enterprise)}
    if district is not None:
        hidden |= in_problem(problem, district, firms)
    parks, spaces = problem.registry.parks.values(), problem.registry.spaces.values()
    kept = {name for park in parks for name in (park.park_id, park.name_zh, park.name_en)}
    kept |= {space.space_id for space in spaces}
    kept |= firms | own
    hidden -= kept
    return Redaction(frozenset(hidden - {""}), frozenset(kept - {""})) if hidden - {""} else None


def _bounded(name: str) -> str:
    """A name as it stands in a text, not within a longer word; Chinese has no blanks between words."""
    first, last = (r"[\w.-]" if each.isascii() and each.isalnum() else "" for each in (name[0], name[-1]))
    before, after = (f"(?<!{first})" if first else "", f"(?!{last})" if last else "")
    return before + re.escape(name) + after
