"""Runs the commands that the documentation shows, and keeps what they print up to date.

A fence ``console`` holds commands after ``$`` and what each prints.  ``python -m docs.run_examples`` runs every
document's commands in a scratch folder and writes what they print into the document; ``--check`` writes nothing and
ends with 1 when something differs.  Seconds and plan ids may differ.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import Lock

from docs.forked import forked
from docs.pages.markdown import ROOT

FENCE = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
NEEDED = ("docs", "seeds")
"""What a command may find beside it, besides the commands themselves."""

TIME_LIMIT_S = 120

TODAY = "2026-09-15"
"""Day on which the commands are run: the months in the examples lie ahead of it."""


def documents() -> list[Path]:
    """Documents that show commands with what they print."""
    written = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [path for path in written if FENCE.search(path.read_text(encoding="utf-8"))]


def commands(block: str) -> list[tuple[str, str]]:
    """Commands of a fence, each with what it is said to print."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(command, shown) for command, _, shown in (part.partition("\n") for part in parts)]


class Scratch:
    """A folder in which commands run; a command that was run there before prints what it printed then.

    Documents may run side by side, so no two different commands may write to the same place.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._printed: dict[str, str] = {}
        self._lock_of = cache(lambda _command: Lock())
        for name in NEEDED:
            (folder / name).symlink_to(ROOT / name)

    def rerun_all(self, texts: Iterable[str]) -> list[str]:
        """Several documents with what their commands print now."""
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            return list(pool.map(self.rerun, texts))

    def rerun(self, text: str) -> str:
        """The document with what its commands print now."""
        return FENCE.sub(lambda found: self._block(found[0]), text)

    def _block(self, block: str) -> str:
        return "".join(f"$ {command}\n{self._output(command)}" for command, _ in commands(block))

    def _output(self, command: str) -> str:
        with self._lock_of(command):
            if command not in self._printed:
                self._printed[command] = _run(command, self._folder)
            return self._printed[command]


def _run(command: str, folder: Path) -> str:
    ended = subprocess.run(
        ["bash", "-c", command],  # noqa: S607  the reader's shell
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        timeout=TIME_LIMIT_S,
        check=False,
    )
    return ended.stdout


def as_they_are() -> Mapping[Path, tuple[str, str]]:
    """Every document with commands: what it says, and what it would say if it were written now."""
    os.environ.setdefault("ALLOCATOR_TODAY", TODAY)
    said = {path: path.read_text(encoding="utf-8") for path in documents()}
    with tempfile.TemporaryDirectory() as folder, forked(Path(folder)):
        now = Scratch(Path(folder)).rerun_all(said.values())
    return {path: (text, new) for (path, text), new in zip(said.items(), now, strict=True)}


def comparable(text: str) -> str:
    """A document without what may differ from run to run."""
    return re.sub(r"\d+\.\d s\b", "0.0 s", re.sub(r"plan-[0-9a-f]{12}", "plan-0", text))


def main(arguments: Sequence[str]) -> int:
    """Refresh or check every document."""
    found = as_they_are()
    old = [path for path, (said, now) in found.items() if comparable(said) != comparable(now)]
    for path in old:
        print(f"differs: {path.relative_to(ROOT)}")
        if "--check" not in arguments:
            path.write_text(found[path][1], encoding="utf-8")
    return 1 if old and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
