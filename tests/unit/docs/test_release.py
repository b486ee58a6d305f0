"""Every place that names the version names the same one, and the changelog has a dated section for it."""

import re
import tomllib
from datetime import date
from importlib.metadata import version
from itertools import pairwise
from zipfile import ZipFile

import pytest
import yaml
from hatchling.builders.wheel import WheelBuilder

from docs.pages.markdown import ROOT
from service.cli import main

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
VERSION = PROJECT["project"]["version"]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
RELEASES = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})$", CHANGELOG, re.MULTILINE)


def test_the_newest_release_is_the_version_of_the_project():
    assert RELEASES[0][0] == VERSION == version("district-allocator")
    assert re.findall(r"^## (.*)$", CHANGELOG, re.MULTILINE)[0] == "[Unreleased]"


def test_releases_descend_in_version_and_date():
    numbers = [tuple(map(int, number.split("."))) for number, _ in RELEASES]
    days = [date.fromisoformat(day) for _, day in RELEASES]
    assert all(newer > older for newer, older in pairwise(numbers))
    assert all(newer >= older for newer, older in pairwise(days))


def test_a_line_of_the_changelog_is_led_by_a_verb_and_is_one_paragraph():
    entries = re.findall(r"^- (.*)$", CHANGELOG, re.MULTILINE)
    assert len(entries) > 100
    assert [entry for entry in entries if not re.match(r"[A-Z][a-z]+[ ,-]", entry)] == []
    assert re.findall(r"^- .*\n(?:  .*\n)*\n(?=- )", CHANGELOG, re.MULTILINE) == [], "a blank line splits a list"


def test_the_citation_names_the_release():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert (citation["version"], str(citation["date-released"])) == RELEASES[0]
    assert citation["license"] == PROJECT["project"]["license"]
    assert {"cff-version", "message", "title", "authors"} <= set(citation)


def test_the_command_line_prints_the_version(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"allocator {VERSION}\n"


def test_the_wheel_marks_every_package_as_typed(tmp_path):
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    packages = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    with ZipFile(built) as wheel:
        marked = {name for name in wheel.namelist() if name.endswith("py.typed")}
    assert marked == {f"{package}/py.typed" for package in packages}
