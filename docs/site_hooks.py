"""Hooks of MkDocs: pages of the root folder, links that leave the site, formulas as MathML."""

import html
import posixpath
import re
from pathlib import Path
from typing import Any

from latex2mathml.converter import convert
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from docs.pages.markdown import ROOT, slug

ROOT_PAGES = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
"""Pages that lie beside the folder of the documentation."""

CODE_OR_LINK = re.compile(
    r"^```.*?^```$|`[^`\n]*`|\[(?P<label>[^\]]*)\]\((?P<path>[^):#\s]+)(?P<anchor>#[^)\s]*)?\)",
    re.MULTILINE | re.DOTALL,
)
NOTE = re.compile(r"^<!--.*?-->\s*", re.DOTALL)
"""The note of a generated page, which would hide its title."""

FORMULA = re.compile(r'<(span|div) class="arithmatex">\\(?P<kind>[(\[])(?P<latex>.*?)\\[)\]]</\1>', re.DOTALL)


def slugify(heading: str, _separator: str) -> str:
    """Make the anchor of a heading as the links of the documentation expect it."""
    return slug(heading)


def on_files(files: Files, config: Any) -> Files:
    """Add the pages of the root folder."""
    for name in ROOT_PAGES:
        files.append(File.generated(config, name, abs_src_path=str(ROOT / name)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Let links lead to pages of the site; of a link to a file of the source tree, keep the label."""
    folder = Path(str(page.file.abs_src_path)).parent

    def led(found: re.Match[str]) -> str:
        if found["path"] is None:
            return found[0]
        target = _place((folder / found["path"]).resolve())
        if target is None:
            return found["label"]
        path = posixpath.relpath(target, posixpath.dirname(page.file.src_uri) or ".")
        return f"[{found['label']}]({path}{found['anchor'] or ''})"

    return CODE_OR_LINK.sub(led, NOTE.sub("", markdown))


def _place(path: Path) -> str | None:
    """Return where a file lies in the site, or None if it is no part of it or a folder."""
    if path.parent == ROOT and path.name in ROOT_PAGES:
        return path.name
    docs = ROOT / "docs"
    return path.relative_to(docs).as_posix() if path.is_file() and path.is_relative_to(docs) else None


def on_page_content(content: str, **_: Any) -> str:
    """Render formulas as MathML, which browsers show without a script."""
    return FORMULA.sub(_mathml, content)


def _mathml(found: re.Match[str]) -> str:
    display = "block" if found["kind"] == "[" else "inline"
    return convert(html.unescape(found["latex"]).strip(), display=display)
