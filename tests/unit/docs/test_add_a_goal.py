"""The worked example of the how-to is a goal like any other: two files are edited, and every use knows it."""

import re
import subprocess
import sys

import pytest

from allocator.goals import GOALS
from docs.pages.markdown import ROOT
from tests.support.how_to_example import applied, edited, listing, ran

PAGE = (ROOT / "docs/how-to/add-a-goal.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the tree with the example applied."""
    return applied(PAGE, "allocator/goals/objective_order.py", tmp_path_factory.mktemp("tree"))


def test_a_goal_is_one_file_and_its_registration(tree):
    assert edited(tree) == ["allocator/goals/floor_placed.py", "allocator/goals/objective_order.py"]


def test_every_use_of_a_goal_knows_the_example(tree):
    assert int(ran(tree, "tests.support.example_goal_in_use")) > 5


def test_the_tuple_that_the_page_shows_is_that_of_the_code_and_the_example():
    names = re.findall(r"^[ +]    (\w+)\(\),$", PAGE, re.MULTILINE)
    assert names == [*(type(goal).__name__ for goal in GOALS), "FloorPlaced"]


@pytest.mark.parametrize("arguments", [["check"], ["format", "--check"]], ids=lambda each: each[0])
def test_the_example_is_clean(arguments):
    path, code = listing(PAGE)
    command = [sys.executable, "-m", "ruff", *arguments, "--stdin-filename", str(ROOT / path), "-"]
    ended = subprocess.run(command, input=code, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
