"""The phases of a run: what it does one after the other, how long each is expected to take, and how long it took."""

import time
from collections.abc import Mapping
from typing import Any

PREPARING, SOLVING, ANSWERING, EXPLAINING, WRITING = "preparing", "solving", "answering", "explaining", "writing"

STOPPABLE = (PREPARING, SOLVING)
"""Phases in which it has an effect to stop a run and to keep its best plan."""

EXPLAINING_LEAST_S = 30.0
EXPLAINING_SHARE = 0.5
"""Explaining may take half as long as solving and at least half a minute; what is left is explained when asked for."""

PREPARING_S = 5.0
PROJECT_S = 0.15
WRITING_S = 5.0
"""What is usual: to begin, to explain a project, and to write the files of a plan."""


def explaining_limit_s(time_limit_s: float) -> float:
    """How long dossiers are made after a solve of this time limit."""
    return max(EXPLAINING_LEAST_S, EXPLAINING_SHARE * time_limit_s)


def expected_s(kind: str, time_limit_s: float, projects: int) -> dict[str, float]:
    """Phases of a run in their order, with the seconds that each is expected to take at most."""
    if kind in {"moves", "dossier", "answer"}:
        return {PREPARING: PREPARING_S, ANSWERING: time_limit_s}
    solving = {SOLVING: time_limit_s}
    if kind == "nightly":
        # the second half of a night goes to what each number of moves gains
        solving = {SOLVING: time_limit_s / 2, ANSWERING: time_limit_s / 2}
    explaining = min(explaining_limit_s(time_limit_s), PROJECT_S * projects)
    writing = WRITING_S + 0.02 * projects
    return {PREPARING: PREPARING_S, **solving, EXPLAINING: explaining, WRITING: writing}


def phases_of(progress: Mapping[str, Any] | None, expected: Mapping[str, float]) -> list[dict[str, Any]]:
    """Phases as a run's progress has them; before it has any, as they are expected."""
    told: list[dict[str, Any]] | None = (progress or {}).get("phases")
    return told or [{"phase": name, "expected_s": seconds, "seconds": 0.0} for name, seconds in expected.items()]


class Phases:
    """Measures the phases of one attempt."""

    def __init__(self, expected: Mapping[str, float]) -> None:
        self._expected = dict(expected)
        self._took: dict[str, float] = {}
        self._now = next(iter(expected))
        self._since = time.monotonic()

    def enter(self, phase: str) -> None:
        """Begin a phase, unless it is under way."""
        if phase != self._now:
            now = time.monotonic()
            self._took[self._now] = self._took.get(self._now, 0.0) + now - self._since
            self._now, self._since = phase, now
            self._expected.setdefault(phase, 0.0)

    def told(self) -> list[dict[str, Any]]:
        """Every phase with what is expected of it and how long it has lasted, s."""
        took = self._took | {self._now: self._took.get(self._now, 0.0) + time.monotonic() - self._since}
        return [
            {"phase": name, "expected_s": round(seconds, 1), "seconds": round(took.get(name, 0.0), 1)}
            for name, seconds in self._expected.items()
        ]
