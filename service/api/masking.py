"""Answers for people of one district, without the names of other districts' projects and firms."""

import re
from typing import Any, TypeVar

from pydantic import BaseModel

from allocator.problem import Problem
from service.api.house import Asker
from service.records import plans

T = TypeVar("T", bound=BaseModel)
HIDDEN = "–"


def masked(asker: Asker, plan_id: str, shown: T) -> T:
    """The answer, in which every project and firm that the person may not see is a dash.

    Who is bound to no district gets the answer as it is.
    """
    if asker.district is None:
        return shown
    with asker.transaction() as connection:
        own = set(plans.projects_seen(connection, plan_id))
    _, verified = asker.house.plan(plan_id)
    foreign = foreign_names(verified.problem, own)
    if foreign is None:
        return shown
    return type(shown).model_validate(_without(shown.model_dump(mode="json"), foreign))


def foreign_names(problem: Problem, own: set[str]) -> re.Pattern[str] | None:
    """What the ids and firms of others look like in a text; None if there are no others."""
    others = [project for project in problem.projects if project.project_id not in own]
    firms = {project.enterprise for project in problem.projects if project.project_id in own}
    names = {name for each in others for name in (each.project_id, each.enterprise) if name and name not in firms}
    if not names:
        return None
    listed = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<![\w.-])(?:{listed})(?![\w.-])")


def _without(content: Any, foreign: re.Pattern[str]) -> Any:
    match content:
        case str():
            return foreign.sub(HIDDEN, content)
        case list():
            return [_without(each, foreign) for each in content]
        case {"project_id": str(project_id), "component_id": _, "value": _, "occupant": _} if foreign.fullmatch(
            project_id
        ):
            # who holds a floor, and what that is worth, is others' business; how much floor it is, is not
            return {**content, "project_id": HIDDEN, "component_id": HIDDEN, "value": 0, "occupant": ""}
        case dict():
            return {_without(key, foreign): _without(value, foreign) for key, value in content.items()}
        case _:
            return content
