"""Answers about a plan: files beside it that its maps show, one to each question and never changed."""

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, select

from service.database.rows import every
from service.database.tables import artifact, run
from service.formats.analyses import AnswerOut
from service.repositories import audit_log, plans
from service.repositories.parents import OVER

FILES = {"alternatives": "alternatives.json", "sensitivity": "sensitivity.json", "build-next": "buildnext.json"}
"""File of a plan that holds the answer to a question about it."""


def keep(connection: Connection, person: str, plan_id: str, answer: AnswerOut) -> Mapping[str, Any] | None:
    """Put an answer beside its plan, and say what was put; None when the plan is gone or has one to the question."""
    row = plans.find(connection, plan_id, lock=True)
    name, content = FILES[answer.question], answer.model_dump_json(indent=1).encode()
    if row is None or plans.file_of(connection, plan_id, name) is not None:
        return None
    plans.add_file(connection, row, name, content)
    digest = hashlib.sha256(content).hexdigest()
    audit_log.record(
        connection, person, "plan.answer", f"plan/{plan_id}", {"question": answer.question, "sha256": digest}
    )
    return {"name": name, "media_type": "application/json", "sha256": digest, "bytes": len(content)}


def answered(connection: Connection, plan_id: str) -> list[AnswerOut]:
    """Answers that a plan has."""
    found = (plans.file_of(connection, plan_id, name) for name in FILES.values())
    return [AnswerOut.model_validate_json(bytes(each["content"])) for each in found if each is not None]


def known(connection: Connection, plan_id: str) -> frozenset[str]:
    """Questions that a plan has an answer to."""
    names = connection.execute(select(artifact.c.name).where(artifact.c.plan_id == plan_id)).scalars().all()
    return frozenset(question for question, name in FILES.items() if name in names)


def asked(connection: Connection, plan_id: str) -> Mapping[str, Mapping[str, Any]]:
    """By question, the last run that was to answer it."""
    about = (run.c.kind == "answer", run.c.request["plan_id"].as_string() == plan_id)
    found = every(connection, select(run).where(*about).order_by(run.c.number))
    return {row["request"]["question"]: row for row in found}


def unasked(connection: Connection, plan_id: str, questions: Collection[str]) -> list[str]:
    """Those of the questions that have no answer and that nobody is at."""
    last = asked(connection, plan_id)
    busy = {question for question, row in last.items() if row["state"] not in OVER}
    return [question for question in FILES if question in set(questions) - busy - known(connection, plan_id)]
