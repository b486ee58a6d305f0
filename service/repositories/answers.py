"""Answers about a plan: files beside it that its maps show, never changed.

There is one to each question, and of where to build next one for each size of block.
"""

import hashlib
import re
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, select

from service.database.rows import every
from service.database.tables import artifact, run
from service.formats.analyses import AnswerOut, BuildNextOut
from service.repositories import audit_log, plans
from service.repositories.parents import OVER

FILES = {"alternatives": "alternatives.json", "sensitivity": "sensitivity.json", "build-next": "buildnext.json"}
"""File of a plan that holds the answer to a question about it."""

BUILD_NEXT = "build-next"
"""The question that may be asked again, about another size of block."""


def keep(connection: Connection, person: str, plan_id: str, answer: AnswerOut) -> Mapping[str, Any] | None:
    """Put an answer beside its plan, and say what was put; None when the plan is gone or has that answer."""
    row = plans.find(connection, plan_id, lock=True)
    name, content = FILES[answer.question], answer.model_dump_json(indent=1).encode()
    if isinstance(answer.answer, BuildNextOut):
        name = _block_files(connection, plan_id).get(answer.answer.floor_area_m2) or _free_name(
            connection, plan_id, answer.answer.floor_area_m2
        )
    if row is None or plans.file_of(connection, plan_id, name) is not None:
        return None
    plans.add_file(connection, row, name, content)
    digest = hashlib.sha256(content).hexdigest()
    audit_log.record(
        connection, person, "plan.answer", f"plan/{plan_id}", {"question": answer.question, "sha256": digest}
    )
    return {"name": name, "media_type": "application/json", "sha256": digest, "bytes": len(content)}


def _free_name(connection: Connection, plan_id: str, block_m2: int) -> str:
    """Name for the answer about another size of block: the first has the plain one."""
    base = FILES[BUILD_NEXT]
    return base if plans.file_of(connection, plan_id, base) is None else base.replace(".", f"-{block_m2}.")


def _read(connection: Connection, plan_id: str, name: str) -> AnswerOut | None:
    found = plans.file_of(connection, plan_id, name)
    return None if found is None else AnswerOut.model_validate_json(bytes(found["content"]))


def _block_files(connection: Connection, plan_id: str) -> dict[int, str]:
    """Files about where to build next, by the size of the block in m², as they were stored."""
    base = FILES[BUILD_NEXT]
    first = _read(connection, plan_id, base)
    found = {} if first is None or not isinstance(first.answer, BuildNextOut) else {first.answer.floor_area_m2: base}
    names = connection.execute(select(artifact.c.name).where(artifact.c.plan_id == plan_id)).scalars().all()
    sized = (re.fullmatch(base.replace(".", r"-(\d+)\."), name) for name in sorted(names))
    return found | {int(each[1]): each[0] for each in sized if each is not None}


def blocks(connection: Connection, plan_id: str) -> list[int]:
    """Sizes of block, m², for which a plan knows where to build next."""
    return sorted(_block_files(connection, plan_id))


def answered(connection: Connection, plan_id: str, block_m2: int | None = None) -> list[AnswerOut]:
    """Answers that a plan has; of where to build next that about a size of block, else the one asked last."""
    names = dict(FILES)
    files = _block_files(connection, plan_id)
    last = asked(connection, plan_id).get(BUILD_NEXT)
    wanted = block_m2 or (last["request"].get("floor_area_m2") if last is not None else None)
    names[BUILD_NEXT] = files.get(wanted or 0, FILES[BUILD_NEXT])
    found = (_read(connection, plan_id, name) for name in names.values())
    return [each for each in found if each is not None]


def known(connection: Connection, plan_id: str) -> frozenset[str]:
    """Questions that a plan has an answer to."""
    names = plans.file_names(connection, plan_id)
    return frozenset(question for question, name in FILES.items() if name in names)


def asked(connection: Connection, plan_id: str) -> Mapping[str, Mapping[str, Any]]:
    """By question, the last run that was to answer it."""
    about = (run.c.kind == "answer", run.c.request["plan_id"].as_string() == plan_id)
    found = every(connection, select(run).where(*about).order_by(run.c.number))
    return {row["request"]["question"]: row for row in found}


def unasked(connection: Connection, plan_id: str, questions: Collection[str], block_m2: int | None = None) -> list[str]:
    """Those of the questions that have no answer and that nobody is at; another size of block is a new question."""
    last = asked(connection, plan_id)
    busy = {question for question, row in last.items() if row["state"] not in OVER}
    have = known(connection, plan_id)
    if block_m2 is not None and block_m2 not in _block_files(connection, plan_id):
        have -= {BUILD_NEXT}
    return [question for question in FILES if question in set(questions) - busy - have]
