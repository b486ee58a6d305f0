"""The commands map and report as their users meet them."""

import json

import pytest
from openpyxl import load_workbook

from service.cli import main
from service.exports.maps.settings import VARIABLE

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


@pytest.fixture(scope="module")
def answered(plan):
    """What `answers` writes about the plan, by question."""
    asked = {"alternatives": ("--count", "2"), "sensitivity": ("--samples", "2"), "build-next": ()}
    found = {}
    for question, how in asked.items():
        found[question] = plan.parent / f"{question}.json"
        given = ("--plan", str(plan), "--out", str(found[question]), "--time-limit", "60", *how)
        assert main(["answers", question, *given]) == 0
    return found


def with_answers(answered):
    return [word for path in answered.values() for word in ("--answers", str(path))]


def test_a_map_opens_with_what_is_asked_for_and_offers_what_there_is(tmp_path, plan, answered, capsys):
    out = tmp_path / "deep" / "map.html"
    extra = ["--against", str(plan), *with_answers(answered), "--language", "en"]
    assert main(["map", "--plan", str(plan), "--view", "robustness", "--out", str(out), *extra]) == 0
    said = capsys.readouterr().out
    assert said.strip().endswith("overview, flows, unplaced, timeline, robustness, build, compare, difference")
    shown = written(out)
    assert (shown["view"], shown["language"]) == ("robustness", "en")
    assert shown["against"]["moves"] == []


def test_a_map_counts_what_the_answers_say(tmp_path, plan, answered):
    out = tmp_path / "map.html"
    assert main(["map", "--plan", str(plan), "--out", str(out), *with_answers(answered)]) == 0
    shown, said = written(out), {name: json.loads(path.read_text())["answer"] for name, path in answered.items()}
    standing = json.loads(plan.read_text())["assignments"]
    firm, parks = shown["robustness"], {space["space_id"]: space["park_id"] for space in said_spaces(plan)}

    def seats(assignments, project):
        return {(one["component_id"], parks[one["space_id"]]) for one in assignments if one["project_id"] == project}

    for project, left in firm["plans"]["left"].items():
        here = seats(standing, project)
        expected = [
            i for i, one in enumerate(said["alternatives"]["plans"]) if seats(one["assignments"], project) != here
        ]
        assert left == expected
    assert len(firm["plans"]["ways"]) == len(said["alternatives"]["plans"])
    assert firm["demand"]["samples"] == said["sensitivity"]["samples"] == 2
    for one in said["sensitivity"]["projects"]:
        if one["placed"]:
            assert firm["demand"]["kept"][one["project_id"]] == [one["samples_kept"], one["samples_placed"]]
    worth = {(row["kind"], row["district"]): row["value"] for row in shown["build"]["rows"]}
    for cell in said["build-next"]["cells"]:
        assert worth[cell["kind"], cell["district"]] == cell["deltas"].get("value", 0)


def said_spaces(plan):
    return json.loads(plan.read_text())["inputs"]["spaces"]


def changed(tmp_path, path, change):
    document = json.loads(path.read_text())
    change(document)
    made = tmp_path / "changed.json"
    made.write_text(json.dumps(document))
    return made


def _elsewhere(document):
    for one in document["answer"]["plans"][0]["assignments"]:
        one["floor_area_m2"] += 1


TAMPERED = {
    "another plan": ("alternatives", lambda document: document.update(plan_id="plan-000000000000")),
    "other inputs": ("sensitivity", lambda document: document.update(input_hash="0" * 64)),
    "does not pass the check": ("alternatives", _elsewhere),
    "strange project": ("sensitivity", lambda document: document["answer"]["projects"][0].update(project_id="nobody")),
    "strange district": ("build-next", lambda document: document["answer"]["cells"][0].update(district="000000")),
    "another question": ("alternatives", lambda document: document.update(question="build-next")),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_an_answer_that_is_not_about_the_plan_is_refused(tmp_path, plan, answered, capsys, how):
    question, change = TAMPERED[how]
    wrong = changed(tmp_path, answered[question], change)
    assert main(["map", "--plan", str(plan), "--answers", str(wrong), "--out", str(tmp_path / "x.html")]) == 2
    assert "changed.json" in capsys.readouterr().err
    assert not (tmp_path / "x.html").exists()


@pytest.mark.parametrize("content", ['{"P": [1]}', "[", ""])
def test_a_file_that_is_no_answer_is_bad_input(tmp_path, plan, content):
    study = tmp_path / "study.json"
    study.write_text(content)
    assert main(["map", "--plan", str(plan), "--answers", str(study), "--out", str(tmp_path / "x.html")]) == 2
    study.unlink()
    assert main(["map", "--plan", str(plan), "--answers", str(study), "--out", str(tmp_path / "x.html")]) == 2


def test_a_project_or_a_park_can_be_what_a_map_opens_with(tmp_path, plan):
    out = tmp_path / "card.html"
    assert main(["map", "--plan", str(plan), "--view", "project:SCOPE-01", "--out", str(out)]) == 0
    assert written(out)["select"] == {"kind": "project", "id": "SCOPE-01"}


@pytest.mark.parametrize("view", ["compare", "robustness", "build", "nowhere", "project:nobody"])
def test_a_view_without_its_data_is_refused_with_the_remedy(tmp_path, plan, capsys, view):
    assert main(["map", "--plan", str(plan), "--view", view, "--out", str(tmp_path / "x.html")]) == 2
    assert view in capsys.readouterr().err
    assert not (tmp_path / "x.html").exists()


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


def test_a_report_with_answers_has_their_tables(tmp_path, plan, answered):
    given = ["--plan", str(plan), "--language", "en", "--out", str(tmp_path / "r"), *with_answers(answered)]
    assert main(["report", *given]) == 0
    sheets = load_workbook(tmp_path / "r" / "plan.xlsx")
    firm, build = sheets["robustness"], sheets["build_next"]
    said = json.loads(answered["build-next"].read_text())["answer"]
    assert build.max_row == 1 + len(said["cells"]) + len(said["undone"])
    placed = {one["project_id"] for one in json.loads(plan.read_text())["assignments"]}
    assert {row[0].value for row in firm.iter_rows(min_row=2)} == placed


def test_a_report_is_printed_from_a_plan(tmp_path, plan, capsys):
    assert main(["report", "--plan", str(plan), "--language", "en", "--out", str(tmp_path / "r")]) == 0
    assert {path.name for path in (tmp_path / "r").iterdir()} == {"report.pdf", "map.png", "plan.xlsx"}
    assert (tmp_path / "r" / "report.pdf").read_bytes().startswith(b"%PDF")
