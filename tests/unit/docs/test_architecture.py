"""The picture of the architecture is that of the imports, and is drawn right."""

import re
from xml.etree import ElementTree as ET

import pytest

from docs.draw_architecture import PACKAGES, PICTURE, main, reduced, rows_of, split_circles, svg


@pytest.fixture(scope="module")
def drawn():
    return svg()


def test_the_committed_picture_is_what_the_command_draws(drawn):
    assert PICTURE.read_text(encoding="utf-8") == drawn, "run `.venv/bin/python -m docs.draw_architecture`"


def test_the_picture_is_an_image_with_every_package_and_fetches_nothing(drawn):
    names = [text.text for text in ET.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314  our own
    assert set(PACKAGES) <= set(names)
    assert re.findall(r"(?:href|src)=|url\((?!#)", drawn) == []


def test_the_weakest_arrow_of_a_circle_is_taken_out():
    graph, against = split_circles({("a", "b"): 5, ("b", "c"): 2, ("c", "a"): 9, ("c", "d"): 1})
    assert against == {("b", "c")}
    assert graph == {"a": {"b"}, "b": frozenset(), "c": {"a", "d"}, "d": frozenset()}


def test_two_circles_that_share_an_arrow_are_both_opened():
    graph, against = split_circles({("a", "b"): 1, ("b", "a"): 3, ("b", "c"): 3, ("c", "a"): 3})
    assert against == {("a", "b")}
    assert graph["b"] == {"a", "c"}


def test_an_arrow_that_follows_from_others_is_left_out():
    graph = {"a": frozenset("bcd"), "b": frozenset("c"), "c": frozenset("d"), "d": frozenset()}
    assert reduced(graph) == {("a", "b"), ("b", "c"), ("c", "d")}


def test_a_folder_stands_above_what_it_imports():
    graph = {
        "service": frozenset({"service.api", "maps"}),
        "service.api": frozenset({"service.files", "allocator"}),
        "service.files": frozenset(),
        "maps": frozenset({"allocator"}),
        "seeds": frozenset(),
        "geodata": frozenset(),
        "allocator": frozenset(),
    }
    order = [["service"], ["service.api"], ["service.files"], ["maps"], ["seeds"], ["geodata"], ["allocator"]]
    assert rows_of(graph) == order


def test_an_old_picture_is_reported_and_written_only_when_asked(tmp_path, monkeypatch, capsys):
    picture = tmp_path / "old.svg"
    monkeypatch.setattr("docs.draw_architecture.PICTURE", picture)
    monkeypatch.setattr("docs.draw_architecture.ROOT", tmp_path)
    monkeypatch.setattr("docs.draw_architecture.svg", lambda: "<svg/>\n")
    assert main(["--check"]) == 1
    assert not picture.exists()
    assert main([]) == 0
    assert main(["--check"]) == 0
    assert capsys.readouterr().out == "out of date: old.svg\nwritten: old.svg\n"
