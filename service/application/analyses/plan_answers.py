"""Answers about a plan: what `allocator answers` wrote is checked anew and kept beside the plan."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from service.application.context import UseCaseContext
from service.application.errors import ConflictError, NotFoundError
from service.formats.analyses import AnswerOut
from service.repositories import answers, plans


def whole_plan(connection: Connection, plan_id: str) -> Mapping[str, Any]:
    """The row of a plan that the person may see whole; raises NotFoundError."""
    found = plans.find(connection, plan_id)
    if found is None or not plans.seen_whole(connection, plan_id):
        raise NotFoundError("plan that you may see whole")
    return found


def store_answer(connection: Connection, context: UseCaseContext, plan_id: str, answer: AnswerOut) -> Mapping[str, Any]:
    """Keep a checked answer as a file of its plan; the file's row.  Raises ConflictError when there is one already."""
    stored = answers.keep(connection, context.person, plan_id, answer)
    if stored is None:
        raise ConflictError("answered", f"The plan has an answer to {answer.question} already; answers are kept.")
    return stored


def last_study(connection: Connection, plan_id: str, question: str) -> str:
    """The study in which a question about a plan was asked last; raises NotFoundError."""
    last = answers.asked(connection, plan_id).get(question)
    if last is None:
        raise NotFoundError("question that is being worked out")
    return str(last["sweep_id"])
