"""Apply the worked example of a how-to page to a copy of the source tree, and run code there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from docs.pages.markdown import ROOT

LISTED = re.compile(
    r"^(?:A complete one, )?`(allocator/\w+/\w+\.py)`:\n\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
DIFF = re.compile(r"^```diff\n(.*?)^```$", re.MULTILINE | re.DOTALL)

LINKED = ("geodata", "maps", "seeds", "service", "docs", "tests")
"""Packages that the examples do not edit."""


def listing(page: str) -> tuple[str, str]:
    """Path and text of the file that a page lists."""
    return LISTED.search(page).groups()


def applied(page: str, registry: str, to: Path) -> Path:
    """A copy of the tree with the listed file, and the added lines of the page's diff in the module ``registry``."""
    shutil.copytree(ROOT / "allocator", to / "allocator", ignore=shutil.ignore_patterns("__pycache__"))
    for name in LINKED:
        (to / name).symlink_to(ROOT / name)
    path, code = listing(page)
    (to / path).write_text(code, encoding="utf-8")
    text = (to / registry).read_text(encoding="utf-8")
    imported, entry = (line[1:] for line in DIFF.search(page)[1].splitlines() if line.startswith("+"))
    before = text.index("\nfrom allocator.") + 1
    text = f"{text[:before]}{imported}\n{text[before:]}"
    opened = re.search(r"^(?:RULES|GOALS): .* = \(\n(?:    \w+\(\),\n)+", text, re.MULTILINE).end()
    (to / registry).write_text(f"{text[:opened]}{entry}\n{text[opened:]}", encoding="utf-8")
    return to


def edited(tree: Path) -> list[str]:
    """Files of the copy that differ from the tree, or are new."""
    copies = (path.relative_to(tree) for path in (tree / "allocator").rglob("*.py"))
    return sorted(
        path.as_posix()
        for path in copies
        if not (ROOT / path).exists() or (ROOT / path).read_bytes() != (tree / path).read_bytes()
    )


def ran(tree: Path, module: str) -> str:
    """What a module of the tests prints when it is run with the copy; raises AssertionError if it fails."""
    command = [sys.executable, "-W", "ignore", "-m", module]
    ended = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
