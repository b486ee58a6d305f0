"""Maps on pages: every view at its address, for those who may see the plan, with the answers that were stored."""

import json
import re
from typing import get_args

import pytest

from maps.payload.views import VIEWS
from maps.single_file import embedded_payload
from service.application.analyses.map_analyses import MAKERS
from service.cli import main
from service.exports.maps.analyses import SHOWN
from service.formats.requests import AnswersIn
from service.pages.plans.plan_analyses import VIEW
from service.repositories import answers
from tests.pages.conftest import Browser

ALWAYS = ("overview", "flows", "unplaced", "timeline")


@pytest.fixture(scope="module")
def plan(desk):
    return desk.planned("M1", "M2", "M3")["plan_id"]


@pytest.fixture(scope="module")
def another(desk):
    return desk.planned("N1", "N2")["plan_id"]


@pytest.fixture(scope="module")
def answered(desk, plan, tmp_path_factory):
    """A plan with answers about it, as a planner makes and stores them."""
    folder = tmp_path_factory.mktemp("answers")
    (folder / "plan.json").write_bytes(desk.get(f"plans/{plan}/exports/plan.json").content)
    asked = {"alternatives": ("--count", "2"), "sensitivity": ("--samples", "2"), "build-next": ()}
    found = {}
    for question, how in asked.items():
        out = folder / f"{question}.json"
        given = ("--plan", str(folder / "plan.json"), "--out", str(out), "--time-limit", "60", *how)
        assert main(["answers", question, *given]) == 0
        found[question] = json.loads(out.read_text())
        answer = desk.post(f"plans/{plan}/answers", json=found[question])
        assert answer.status_code == 201, answer.text
    return found


@pytest.fixture
def ada(desk):
    return Browser(desk, "ada")


def payload(browser, place):
    """The payload that a map's page asks for."""
    page = browser.get(place)
    assert page.status_code == 200, page.text
    address = re.search(r'data-from="([^"]+)"', page.text)[1].replace("&amp;", "&")
    return browser.get(address.removeprefix("/pages")).json()


@pytest.mark.parametrize("view", ALWAYS)
def test_each_view_has_an_address(ada, plan, view):
    page = ada.get(f"/plans/{plan}/map?view={view}")
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'self'" in policy
    assert re.findall(r"<script(?![^>]*(?:src=|application/json))", page.text) == []
    assert " style=" not in page.text
    for address in re.findall(r'(?:src|href)="(/pages/[^"]+)"', page.text):
        assert ada.get(address.replace("&amp;", "&").removeprefix("/pages")).status_code == 200, address
    shown = payload(ada, f"/plans/{plan}/map?view={view}")
    assert (shown["view"], shown["language"], shown["embedded"]) == (view, "zh", False)


def test_a_card_and_a_language_can_be_asked_for(ada, plan):
    shown = payload(ada, f"/plans/{plan}/map?project=M1&embed=1&lang=en")
    assert shown["select"] == {"kind": "project", "id": "M1"}
    assert (shown["language"], shown["embedded"]) == ("en", True)
    park = shown["parks"]["rows"][0][0]
    assert payload(ada, f"/plans/{plan}/map?park={park}")["select"] == {"kind": "park", "id": park}


@pytest.mark.parametrize(
    "wish",
    ["view=robustness", "view=nowhere", "project=nobody", "park=nowhere", "view=compare", "against=p-000000000000"],
)
def test_what_there_is_not_is_not_found(ada, plan, wish):
    assert ada.get(f"/plans/{plan}/map?{wish}").status_code == 404
    assert ada.get("/plans/p-000000000000/map").status_code == 404


def test_two_plans_stand_side_by_side(ada, plan, another):
    shown = payload(ada, f"/plans/{plan}/map?view=compare&against={another}")
    assert shown["view"] == "compare"
    came = {move["project"] for move in shown["against"]["moves"] if move["what"] == "came"}
    assert came == {"N1", "N2"}


def test_the_map_is_one_file_too(ada, plan, another):
    answer = ada.get(f"/plans/{plan}/map.html?against={another}&view=difference")
    assert "attachment" in answer.headers["content-disposition"]
    assert embedded_payload(answer.text)["view"] == "difference"
    assert "http://" not in answer.text.replace("http://www.w3.org", "")


def test_only_those_who_may_see_the_plan_whole_see_its_map(desk, plan):
    bound = Browser(desk, "pam")
    assert bound.get(f"/plans/{plan}/map").status_code == 404
    assert bound.get(f"/plans/{plan}/map.json").status_code == 404
    assert Browser(desk, None).get(f"/plans/{plan}/map").status_code == 303
    own = desk.planned("Q1", person="pam")["plan_id"]
    assert bound.get(f"/plans/{own}/map").status_code == 200
    assert Browser(desk, "ned").get(f"/plans/{own}/map").status_code == 404
    assert bound.get(f"/plans/{own}/map?against={plan}").status_code == 404


def test_answers_that_were_stored_are_shown(ada, plan, answered):
    shown = payload(ada, f"/plans/{plan}/map?view=robustness")
    assert len(shown["robustness"]["plans"]["ways"]) == len(answered["alternatives"]["answer"]["plans"])
    assert shown["robustness"]["demand"]["samples"] == 2
    rows = payload(ada, f"/plans/{plan}/map?view=build")["build"]["rows"]
    assert len(rows) == len(answered["build-next"]["answer"]["cells"])


def test_answers_are_kept_once_and_only_about_their_plan(desk, plan, another, answered):
    again = desk.post(f"plans/{plan}/answers", json=answered["sensitivity"])
    assert (again.status_code, again.json()["type"].rsplit(":", 1)[-1]) == (409, "answered")
    wrong = desk.post(f"plans/{another}/answers", json=answered["sensitivity"])
    assert wrong.status_code == 422
    assert "is about" in wrong.text
    assert desk.post(f"plans/{plan}/answers", "vic", json=answered["sensitivity"]).status_code == 403
    assert desk.post(f"plans/{plan}/answers", "pam", json=answered["sensitivity"]).status_code == 404
    changed = json.loads(json.dumps(answered["alternatives"]))
    for one in changed["answer"]["plans"]:
        for made in one["assignments"]:
            made["floor_area_m2"] += 1
    assert desk.post(f"plans/{plan}/answers", json=changed).status_code == 422
    files = {one["name"] for one in desk.get(f"plans/{plan}/exports").json()["items"]}
    assert {"alternatives.json", "sensitivity.json", "buildnext.json"} <= files
    actions = [one["action"] for one in desk.get("audit?limit=100", "max").json()["items"]]
    assert actions.count("plan.answer") == 3


def test_a_planner_has_the_maps_show_more_without_a_file(ada, desk, browse):
    plan = desk.planned("T1", "T2")["plan_id"]
    place, page = f"/plans/{plan}", ada.get(f"/plans/{plan}").text
    assert page.count("计算</button>") == 3
    assert "计算</button>" not in browse("vic").get(place).text
    assert ada.send(f"{place}/answers", {"question": "why"}, page).status_code == 422
    asked = ada.send(f"{place}/answers", {"question": "build-next"}, page)
    assert asked.headers["location"].endswith(f"{place}?said=asked")
    waiting = ada.get(f"{place}/answers").text
    assert "hx-trigger" in waiting
    assert "停止</button>" in waiting
    study = desk.get("studies").json()["items"][0]["study_id"]
    part = desk.get(f"studies/{study}").json()["parts"][0]
    desk.solve(part["run_id"])
    done = ada.get(f"{place}/answers").text
    assert "hx-trigger" not in done
    assert f"{place}/map?view=build" in done
    assert payload(ada, f"{place}/map?view=build")["build"]["rows"]


def test_where_to_build_next_is_asked_again_about_blocks_of_another_size(ada, desk, browse):
    plan = desk.planned("U1", "U2")["plan_id"]
    place = f"/plans/{plan}"

    def solved(**asked):
        page = ada.get(place).text
        answer = ada.send(f"{place}/answers", {"question": "build-next", **asked}, page)
        assert answer.status_code == 303, answer.text
        study = desk.get("studies").json()["items"][0]["study_id"]
        assert "停止</button>" in ada.get(f"{place}/answers").text
        desk.solve(desk.get(f"studies/{study}").json()["parts"][0]["run_id"])

    def shown(**block):
        more = "".join(f"&block={size}" for size in block.values())
        return payload(ada, f"{place}/map?view=build{more}")["build"]["area_m2"]

    solved()
    usual = shown()
    solved(floor_area_m2=str(usual + 1234))
    files = {each["name"] for each in desk.get(f"plans/{plan}/exports").json()["items"]}
    assert {"buildnext.json", f"buildnext-{usual + 1234}.json"} <= files
    assert shown() == usual + 1234, "the one that was asked last"
    assert (shown(block=usual), shown(block=usual + 1234)) == (usual, usual + 1234)
    page = ada.get(place).text
    assert [f"block={size}" in page for size in (usual, usual + 1234, usual + 1)] == [True, True, False]
    assert "按此面积再算</button>" in page
    assert "按此面积再算</button>" not in browse("vic").get(place).text
    again = ada.send(f"{place}/answers", {"question": "build-next", "floor_area_m2": str(usual)}, page)
    assert again.status_code == 409


def test_what_is_being_worked_out_can_be_stopped(ada, desk):
    plan = desk.planned("R1")["plan_id"]
    place, page = f"/plans/{plan}", ada.get(f"/plans/{plan}").text
    assert ada.send(f"{place}/answers/stop", {"question": "build-next"}, page).status_code == 404
    ada.send(f"{place}/answers", {"question": "sensitivity"}, page)
    stopped = ada.send(f"{place}/answers/stop", {"question": "sensitivity"}, ada.get(place).text)
    assert stopped.headers["location"].endswith("said=stopped")
    assert ada.get(f"{place}/answers").text.count("计算</button>") == 3


def test_every_part_knows_the_same_questions_that_maps_show():
    asked = set(get_args(get_args(AnswersIn.model_fields["questions"].annotation)[0]))
    assert asked == set(answers.FILES) == set(SHOWN) == set(MAKERS) == set(VIEW)
    assert set(VIEW.values()) <= set(VIEWS)
