"""Reads the glossary of ``CONTRIBUTING.md`` and finds terms in the source that it bans.

``python -m docs.glossary`` lists every term that is being replaced with where it is still used most; ``--lower`` writes
the counts of today into the glossary where they are lower than those that stand there.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from docs.pages.markdown import ROOT

PAGE = ROOT / "CONTRIBUTING.md"
FOLDERS = ("allocator", "geodata", "maps", "seeds", "service", "docs")
KINDS = (".py", ".html", ".j2", ".js")
LEFT_OUT = ("vendor", "migrations")
"""Folders that are not searched: code of others, and migrations that have run and are never edited."""

HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Replaced:
    """A term that is being replaced, and how often it may still be used."""

    term: str
    instead: str
    most: int


def banned() -> list[str]:
    """Return the terms that must not be used at all."""
    cells = [row[3] for row in _rows("Terms")] + [row[0] for row in _rows("Banned words")]
    return [term for cell in cells for term in re.findall(r"`([^`]+)`", cell)]


def being_replaced() -> list[Replaced]:
    """Return the terms that may only become fewer."""
    return [Replaced(term.strip("`"), instead, int(most)) for term, instead, most in _rows("Words being replaced")]


def _rows(heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading."""
    text = PAGE.read_text(encoding="utf-8")
    section = re.search(rf"^### {heading}\n(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    if section is None:
        raise LookupError(f"{PAGE.name} has no heading: {heading}")
    lines = re.findall(r"^\| (.*) \|$", section[1], re.MULTILINE)
    return [[cell.strip() for cell in line.split(" | ")] for line in lines[1:]]


def places(term: str) -> Counter[str]:
    """Count the uses of a term and its plural by file, in identifiers, docstrings, comments and texts."""
    pattern = re.compile(term if HAN.search(term) else rf"(?<![a-z]){term}s?(?![a-z])")
    counts = {path: len(pattern.findall(words)) for path, words in _searched().items()}
    return Counter({path: count for path, count in counts.items() if count})


@cache
def _searched() -> dict[str, str]:
    """Return the text of every searched file by its path, with identifiers split into words."""
    paths = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if _counts(path))
    return {path.relative_to(ROOT).as_posix(): split(path.read_text(encoding="utf-8")) for path in paths}


def _counts(path: Path) -> bool:
    return path.suffix in KINDS and not set(path.parts) & set(LEFT_OUT)


def split(text: str) -> str:
    """Split identifiers into lower-case words: ``PlanIndex`` and ``plan_index`` become ``plan index``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", " ", text).lower()


def lines() -> Iterator[str]:
    """Yield a line per term that is being replaced."""
    for entry in being_replaced():
        found = places(entry.term)
        worst = ", ".join(f"{path} {count}" for path, count in found.most_common(3))
        yield f"{entry.term}: {found.total()} of {entry.most}, instead {entry.instead}; {worst}"


def lower() -> None:
    """Write the counts of today where they are lower."""
    text = PAGE.read_text(encoding="utf-8")
    for entry in being_replaced():
        count = min(places(entry.term).total(), entry.most)
        row = f"| `{entry.term}` | {entry.instead} |"
        text = text.replace(f"{row} {entry.most} |", f"{row} {count} |")
    PAGE.write_text(text, encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """List the terms, or lower their counts."""
    if "--lower" in arguments:
        lower()
    print("\n".join(lines()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
