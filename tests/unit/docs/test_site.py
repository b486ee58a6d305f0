"""The documentation site is built strictly, has every page, and fetches nothing from another server."""

import json
import os
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest

from docs.pages.markdown import ROOT
from docs.site_hooks import ROOT_PAGES, on_page_content, on_page_markdown

EXTERNAL = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed|object)\b[^>]*\b(?:src|data)=[\"']?(?:https?:)?//[^>]*"
    r"|<link\b(?![^>]*rel=[\"']?canonical)[^>]*href=[\"']?(?:https?:)?//[^>]*"
    r"|url\([\"']?(?:https?:)?//[^)]*\)|@import[^;]*//[^;]*"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    # a proxy that there is not: whatever would be fetched fails
    offline = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    environment = {**os.environ, **offline, "NO_MKDOCS_2_WARNING": "true"}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return folder


def test_every_document_is_a_page(site):
    documents = [path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")]
    expected = {path.with_suffix(".html").as_posix() for path in documents} | {
        name.replace(".md", ".html") for name in ROOT_PAGES
    }
    expected = {re.sub(r"README\.html$", "index.html", name) for name in expected}
    assert {path.relative_to(site).as_posix() for path in site.rglob("*.html")} == expected | {"404.html"}


def test_no_page_and_no_style_fetches_anything_from_elsewhere(site):
    files = [path for path in site.rglob("*") if path.suffix in {".html", ".css", ".svg"}]
    found = {path.name: EXTERNAL.findall(path.read_text(encoding="utf-8")) for path in files}
    assert {name: hits for name, hits in found.items() if hits} == {}
    assert not any("mermaid" in path.read_text(encoding="utf-8") for path in site.rglob("*.html")), (
        "the theme would load Mermaid from elsewhere"
    )


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example/x.js"></script>',
        "<script async src=//cdn.example/x.js></script>",
        '<link rel="preconnect" href="https://fonts.gstatic.com">',
        '<img alt="a" src="http://example/x.png">',
        "body{background:url(https://example/x.png)}",
        '@import "https://example/x.css";',
    ],
)
def test_what_fetches_from_elsewhere_is_recognised(text):
    assert EXTERNAL.findall(text)


def test_the_search_index_has_terms_of_both_languages(site):
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    for term, page in (("QuickXplain", "explanation/answers.html"), ("现行方案", "CONTRIBUTING.html")):
        assert page in {entry["location"].partition("#")[0] for entry in index["docs"] if term in entry["text"]}
    assert (site / "search" / "search_index.js").exists(), "the index that works from disk"


def test_formulas_are_mathml(site):
    rules = (site / "reference" / "rules.html").read_text(encoding="utf-8")
    assert rules.count("<math") == (ROOT / "docs/reference/rules.md").read_text(encoding="utf-8").count("$$") / 2
    assert "arithmatex" not in rules
    shown = on_page_content(r'<p><span class="arithmatex">\(a &lt; b\)</span></p>')
    assert shown.startswith('<p><math xmlns="http://www.w3.org/1998/Math/MathML" display="inline">')
    assert "&#x0003C;" in shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("[the model](../explanation/model.md#goals)", "[the model](../explanation/model.md#goals)"),
        ("[changes](../../CHANGELOG.md)", "[changes](../CHANGELOG.md)"),
        ("[code](../../allocator/errors.py)", "code"),
        ("[folder](registry)", "folder"),
        ("`[code](../../allocator/errors.py)`", "`[code](../../allocator/errors.py)`"),
        ("<!-- Generated -->\n\n# Rules", "# Rules"),
    ],
)
def test_links_lead_to_pages_of_the_site_or_are_no_links(written, shown):
    file = SimpleNamespace(abs_src_path=str(ROOT / "docs/how-to/add-a-rule.md"), src_uri="how-to/add-a-rule.md")
    assert on_page_markdown(written, page=SimpleNamespace(file=file)) == shown
