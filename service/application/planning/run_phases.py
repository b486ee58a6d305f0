"""The phases of a run: what it does one after the other, how long each is expected to take, and how long it took."""

import time
from collections.abc import Callable, Mapping
from typing import Any

PREPARING, SOLVING, ANSWERING, EXPLAINING, WRITING = "preparing", "solving", "answering", "explaining", "writing"

STOPPABLE = (PREPARING, SOLVING)
"""Phases in which it has an effect to stop a run and to keep its best plan."""

EXPLAINING_S = 12.0
"""How long after the time limit of a run its reasons are worked out; what is left is explained when asked for."""

CUT_SHORT_S = 5.0
"""The same for a run that somebody asked to end."""

LATE_SHARE = 0.6
"""Part of that budget after which reasons are kept short, so that each waiting project has some."""

PREPARING_S = 5.0
PROJECT_S = 0.15
WRITING_S = 5.0
"""What is usual: to begin, to explain a project, and to write the files of a plan."""


def expected_s(kind: str, time_limit_s: float, projects: int) -> dict[str, float]:
    """Phases of a run in their order, with the seconds that each is expected to take at most."""
    if kind in {"moves", "dossier", "answer"}:
        return {PREPARING: PREPARING_S, ANSWERING: time_limit_s}
    solving = {SOLVING: time_limit_s}
    if kind == "nightly":
        # the second half of a night goes to what each number of moves gains
        solving = {SOLVING: time_limit_s / 2, ANSWERING: time_limit_s / 2}
    explaining = min(EXPLAINING_S, PROJECT_S * projects)
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


class Explaining:
    """How long the reasons of a run may be worked out: until shortly after its time limit, whenever its solve ended.

    ``cut_short`` says whether somebody asked for the run to end.
    """

    def __init__(self, time_limit_s: float, cut_short: Callable[[], bool]) -> None:
        self._ends_at = time.monotonic() + time_limit_s + EXPLAINING_S
        self._cut_short = cut_short
        self._began: float | None = None

    def begin(self) -> None:
        """Count from now, once; whoever asked for the end does not wait for what was left of the limit."""
        if self._began is None:
            self._began = time.monotonic()
            if self._cut_short():
                self._ends_at = min(self._ends_at, self._began + CUT_SHORT_S)

    def late(self) -> bool:
        """Whether waiting projects are explained briefly from here on."""
        return self._cut_short() or self._passed(LATE_SHARE)

    def over(self) -> bool:
        """Whether nothing more is explained."""
        return self._passed(1.0)

    def _passed(self, share: float) -> bool:
        self.begin()
        began = self._began or 0.0
        return time.monotonic() >= began + share * (self._ends_at - began)
