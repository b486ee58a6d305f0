"""The rule of the how-to, as its reader would have it."""

import importlib.util
import re

import pytest

from docs.pages.markdown import ROOT

PAGE = (ROOT / "docs/how-to/add-a-rule.md").read_text(encoding="utf-8")
LISTING = re.compile(r"^`(allocator/rules/\w+\.py)`:\n\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="session")
def listing():
    """Path and text of the file that the page lists."""
    return LISTING.search(PAGE).groups()


@pytest.fixture(scope="session")
def example(listing, tmp_path_factory):
    """Module of that file."""
    path = tmp_path_factory.mktemp("rule") / "most_per_park.py"
    path.write_text(listing[1], encoding="utf-8")
    spec = importlib.util.spec_from_file_location("most_per_park", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
