"""The live line of a solve on a terminal."""

import sys
from types import TracebackType
from typing import Self

from allocator.engines.task import Progress


class ProgressLine:
    """Rewrites one line on stderr with goal, incumbent, bound, gap and seconds; silent when it is no terminal."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def solving(self, goal: str, progress: Progress) -> None:
        """Show where a goal stands."""
        self._show(
            f"goal {goal}: incumbent {_shown(progress.value)}, "
            f"bound {_shown(progress.bound)}, gap {_gap(progress)}, {progress.seconds:.0f} s"
        )

    def explaining(self, done: int, of: int) -> None:
        """Show how many dossiers are written."""
        self._show(f"dossiers {done}/{of}")

    def answering(self, done: int, of: int, what: str) -> None:
        """Show how many solves are done, and what the last one was about."""
        self._show(f"solves {done}/{of}: {what}")

    def _show(self, line: str) -> None:
        if self._live:
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)


def _shown(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def _gap(progress: Progress) -> str:
    if progress.value is None or progress.bound is None:
        return "–"
    return f"{abs(progress.bound - progress.value) / max(1, abs(progress.value)):.2%}"
