"""Every relative link and picture of the documentation leads somewhere."""

import re
import struct

import pytest

from docs.pages.markdown import ROOT, slug

DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(rf"{BLOCK.pattern}|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def anchors(text: str) -> set[str]:
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", BLOCK.sub("", text), re.MULTILINE)}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files_and_headings_that_exist(path):
    text = path.read_text(encoding="utf-8")
    broken = []
    for target in LINK.findall(CODE.sub("", text)):
        assert not re.match(r"[a-z]+:", target), f"{target} leaves the repository"
        name, _, anchor = target.partition("#")
        file = path if not name else (path.parent / name).resolve()
        if not file.exists() or (anchor and anchor not in anchors(file.read_text(encoding="utf-8"))):
            broken.append(target)
    assert broken == []


def test_every_document_can_be_reached_from_the_readme():
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        path = waiting.pop()
        reached.add(path)
        targets = [target.partition("#")[0] for target in LINK.findall(path.read_text(encoding="utf-8"))]
        found = {(path.parent / name).resolve() for name in targets if name.endswith(".md")}
        waiting += found - reached - set(waiting)
    assert set(DOCUMENTS) <= reached


def test_the_picture_of_the_readme_is_a_screen_of_1440_by_900_and_not_heavy():
    content = (ROOT / "docs/pictures/overview.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    assert struct.unpack(">II", content[16:24]) == (1440, 900)
    assert len(content) < 500_000
