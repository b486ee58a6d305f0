"""The commands map and report as their users meet them."""

import json

import pytest

from service.cli import main
from service.map_settings import VARIABLE

FAST = ("--time-limit", "20", "--threads", "1")


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    out = tmp_path_factory.mktemp("planned")
    assert main(["plan", "--projects", "docs/tutorial/first-batch.csv", "--out", str(out), *FAST]) == 0
    return out / "plan.json"


def written(path):
    """The payload in a page."""
    text = path.read_text(encoding="utf-8")
    return json.loads(text.split('id="payload">', 1)[1].split("</script>", 1)[0])


@pytest.fixture
def told(tmp_path, plan):
    projects = [project["project_id"] for project in json.loads(plan.read_text())["inputs"]["projects"]]
    robustness, build = tmp_path / "robust.json", tmp_path / "build.json"
    robustness.write_text(json.dumps({projects[0]: [9, 10]}))
    build.write_text(json.dumps({"rows": [{"kind": "gmp_factory", "district": "440310", "value": 120}]}))
    return robustness, build


def test_a_map_opens_with_what_is_asked_for_and_offers_what_there_is(tmp_path, plan, told, capsys):
    out, (robustness, build) = tmp_path / "deep" / "map.html", told
    extra = ["--against", str(plan), "--robustness", str(robustness), "--build-next", str(build), "--language", "en"]
    assert main(["map", "--plan", str(plan), "--view", "robustness", "--out", str(out), *extra]) == 0
    said = capsys.readouterr().out
    assert said.strip().endswith("overview, flows, unplaced, timeline, robustness, build, compare, difference")
    shown = written(out)
    assert (shown["view"], shown["language"]) == ("robustness", "en")
    assert shown["against"]["moves"] == []


def test_a_project_or_a_park_can_be_what_a_map_opens_with(tmp_path, plan):
    out = tmp_path / "card.html"
    assert main(["map", "--plan", str(plan), "--view", "project:SCOPE-01", "--out", str(out)]) == 0
    assert written(out)["select"] == {"kind": "project", "id": "SCOPE-01"}


@pytest.mark.parametrize("view", ["compare", "robustness", "build", "nowhere", "project:nobody"])
def test_a_view_without_its_data_is_refused_with_the_remedy(tmp_path, plan, capsys, view):
    assert main(["map", "--plan", str(plan), "--view", view, "--out", str(tmp_path / "x.html")]) == 2
    assert view in capsys.readouterr().err
    assert not (tmp_path / "x.html").exists()


@pytest.mark.parametrize(
    ("option", "content"),
    [("--robustness", '{"P": [1]}'), ("--robustness", "["), ("--build-next", '{"rows": [{"kind": 1}]}')],
)
def test_a_study_that_is_none_is_bad_input(tmp_path, plan, option, content):
    study = tmp_path / "study.json"
    study.write_text(content)
    assert main(["map", "--plan", str(plan), option, str(study), "--out", str(tmp_path / "x.html")]) == 2


def test_settings_bring_tiles_and_the_approval_number(tmp_path, plan, monkeypatch):
    settings, out = tmp_path / "maps.yaml", tmp_path / "map.html"
    settings.write_text(
        "approval: 粤S(2026)000号\n"
        "tiles:\n- {name: city, url: 'https://tiles.example/{z}/{x}/{y}.png', credit: city, datum: gcj02}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv(VARIABLE, str(settings))
    assert main(["map", "--plan", str(plan), "--out", str(out)]) == 0
    assert written(out)["plan"]["approval"] == "粤S(2026)000号"
    assert "img-src data: https://tiles.example" in out.read_text(encoding="utf-8")
    for wrong in ("tiles:\n- {name: x, url: 'javascript:1', credit: y}\n", "approvals: 3\n", "- ["):
        settings.write_text(wrong, encoding="utf-8")
        assert main(["map", "--plan", str(plan), "--out", str(out)]) == 2


def test_a_report_is_printed_from_a_plan(tmp_path, plan, capsys):
    assert main(["report", "--plan", str(plan), "--language", "en", "--out", str(tmp_path / "r")]) == 0
    assert {path.name for path in (tmp_path / "r").iterdir()} == {"report.pdf", "map.png", "plan.xlsx"}
    assert (tmp_path / "r" / "report.pdf").read_bytes().startswith(b"%PDF")
