"""Whose run is next, and how many may wait: people and districts share the workers by the seconds that they use."""

import math
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Connection, text

from allocator.errors import AllocatorError
from service.database.rows import only
from service.repositories.parents import PARTS
from service.repositories.solve_queue import NIGHTS
from service.settings import Settings

RECENT_S = 14_400.0
"""For how long seconds that were used count against who used them."""

DISTRICT_TIMES = 3
"""How many times as much as one person all people of one district may have waiting."""

LOCK = 7_241_005
"""Advisory lock of whoever chooses the next run, so that two workers see each other's choice."""

QUOTA_LOCK = 7_241_006
"""Advisory lock of whoever queues a run of a person or a district, with a number for which."""

PAUSE_S = (10, 3600)
"""Least and most seconds after which somebody whose quota is used up is asked to try again."""

_ASKED_S = "coalesce((request ->> 'time_limit_s')::double precision, :usual_s)"

_NEXT = f"""
WITH known AS (
    SELECT run_id, number, state, made_by, made_at, started_at, finished_at, not_before,
           -- who is bound to no district is counted alone
           coalesce('district ' || district, 'person ' || made_by) AS place, {_ASKED_S} AS asked_s
    FROM allocator.run
    WHERE kind <> 'nightly' AND (finished_at IS NULL OR finished_at > now() - make_interval(secs => :recent_s))
), used AS (
    SELECT place, made_by,
           CASE WHEN state = 'running' THEN greatest(asked_s, extract(epoch FROM now() - started_at))
                ELSE least(extract(epoch FROM finished_at - started_at), :recent_s) END AS seconds,
           CASE WHEN state = 'running' THEN now() ELSE finished_at END AS until
    FROM known WHERE state <> 'queued' AND started_at IS NOT NULL
), of_person AS (
    SELECT place, made_by, sum(seconds) AS seconds, max(until) AS until FROM used GROUP BY place, made_by
), of_place AS (
    SELECT place, sum(seconds) AS seconds, max(until) AS until FROM used GROUP BY place
), own AS (
    SELECT DISTINCT ON (place, made_by) * FROM known
    WHERE state = 'queued' AND (not_before IS NULL OR not_before <= now())
    ORDER BY place, made_by, number
), first AS (
    SELECT DISTINCT ON (own.place) own.* FROM own LEFT JOIN of_person p USING (place, made_by)
    ORDER BY own.place,
             coalesce(p.seconds, 0) + asked_s - extract(epoch FROM now() - greatest(own.made_at, p.until)), number
)
SELECT run_id FROM first LEFT JOIN of_place p USING (place)
ORDER BY coalesce(p.seconds, 0) + asked_s - extract(epoch FROM now() - greatest(first.made_at, p.until)), number
LIMIT 1
"""  # noqa: S608  every part of it stands in this module
"""The next run: of each person the oldest, of each district that person's, and of these one.

What decides are the seconds that person or district used lately or is using, and the asked seconds of the run, less the
seconds since it was last served: so nobody waits behind all of another's runs, and nobody for ever.
"""

_NEXT_NIGHT = """
SELECT run_id FROM allocator.run WHERE state = 'queued' AND kind = 'nightly'
AND (not_before IS NULL OR not_before <= now()) ORDER BY number LIMIT 1
"""

_WAITING = f"""
SELECT count(*) FILTER (WHERE kind <> ALL(:parts)) AS runs, coalesce(sum({_ASKED_S}), 0) AS seconds,
       min({_ASKED_S}) AS least_s
FROM allocator.run WHERE state = 'queued' AND kind <> 'nightly' AND %s
"""  # noqa: S608  the same


def next_run(connection: Connection, lane: str, usual_s: float) -> str | None:
    """The run of a lane whose turn it is; None when none waits.

    Whoever asks is alone until its transaction ends.  ``usual_s`` is the time of a run that asks for none.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    if lane == NIGHTS:
        found = connection.execute(text(_NEXT_NIGHT)).scalar()
    else:
        found = connection.execute(text(_NEXT), {"usual_s": usual_s, "recent_s": RECENT_S}).scalar()
    return None if found is None else str(found)


class QuotaError(AllocatorError):
    """Raised when a person or a district has too much waiting; ``retry_s`` says when to try again."""

    def __init__(self, message: str, remedy: str, retry_s: int) -> None:
        super().__init__(f"{message}. {remedy}")
        self.message, self.remedy, self.retry_s = message, remedy, retry_s


@dataclass(frozen=True)
class Quota:
    """How many runs and seconds of one person may wait; parts of studies count by their seconds alone."""

    runs: int
    seconds: float
    usual_s: float

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The quota that the settings give."""
        return cls(settings.queued_runs_per_person, settings.queued_seconds_per_person, settings.time_limit_s)

    def check(self, connection: Connection, person: str, district: str | None) -> None:
        """Count what waits with the run that was just queued; raises QuotaError when it is too much."""
        self._check(connection, "made_by = :who", person, 1, "you have")
        if district is not None:
            self._check(connection, "district = :who", district, DISTRICT_TIMES, "your district has")

    def _check(self, connection: Connection, whose: str, who: str, times: int, has: str) -> None:
        lock = {"lock": QUOTA_LOCK, "who": f"{whose} {who}"}
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock, hashtext(:who))"), lock)
        facts = {"who": who, "usual_s": self.usual_s, "parts": list(PARTS)}
        found = only(connection, text(_WAITING % whose).bindparams(**facts))
        runs, seconds = times * self.runs, times * self.seconds
        if found["runs"] > runs:
            self._refuse(f"{has} {runs} runs waiting, which is as many as may wait", found)
        if found["seconds"] > seconds:
            message = f"{has} {found['seconds']:.0f} seconds of runs waiting with this, and at most {seconds:.0f} may"
            self._refuse(message, found)

    def _refuse(self, message: str, found: Any) -> None:
        least, most = PAUSE_S
        remedy = "Wait until some are done, cancel some, or ask for less"
        raise QuotaError(message, remedy, max(least, min(most, math.ceil(found["least_s"]))))
