"""Runs, plans, reviews and projects on the pages: the same rows and rights as the API."""

import re

import pytest

from tests.support.api_client import a_project
from tests.unit.maps.hostile import NAMES

PLACE = re.compile(r"/pages(/[^?]+)")


@pytest.fixture(scope="module")
def plan(desk):
    """A plan of two firms, one of which asks for far too much."""
    rows = [a_project("PAGE-1"), a_project("PAGE-2", floor_area_m2=900), a_project("PAGE-3", floor_area_m2=9_000_000)]
    batch = desk.upload(rows).json()
    asked = desk.post("runs", json={"batches": [batch["batch_id"]], "time_limit_s": 40})
    desk.solve(asked.json()["run_id"])
    run = desk.get(f"runs/{asked.json()['run_id']}").json()
    assert run["state"] == "succeeded", run
    return desk.get(f"plans/{run['plan_id']}").json()


def test_a_batch_is_solved_from_its_page_and_followed(desk, browse):
    ada = browse("ada")
    batch = desk.upload([a_project("FOLLOW-1")]).json()
    place = f"/batches/{batch['batch_id']}"
    page = ada.get(place).text
    answer = ada.send(f"{place}/solve", {"which": "this", "basis": "nothing", "time_limit": "30", "name": "秋季"}, page)
    assert answer.status_code == 303, answer.text
    run_place = PLACE.match(answer.headers["location"])[1]
    page = ada.get(run_place).text
    assert "排队中" in page
    assert f'data-events="/pages{run_place}/events"' in page
    assert "还没有找到方案" in ada.get(f"{run_place}/best").text
    assert ada.send(f"{run_place}/cancel", {"keep": "yes"}, page).status_code == 303
    page = ada.get(run_place).text
    assert "已取消" in page
    events = ada.get(f"{run_place}/events")
    assert events.headers["content-type"].startswith("text/event-stream")
    assert "event: end" in events.text
    again = ada.send(f"{place}/solve", {"which": "this", "max_moves": "3"}, ada.get(place).text)
    assert again.status_code == 422
    assert "不能开始测算" in again.text


def test_a_viewer_has_no_forms_and_may_not_post(desk, browse, plan):
    vic = browse("vic")
    batch = desk.get("batches").json()["items"][0]["batch_id"]
    page = vic.get(f"/batches/{batch}").text
    assert 'action="/pages/batches' not in page or "withdraw" not in page.replace("/withdraw", "", 1)
    assert vic.send(f"/batches/{batch}/solve", {"which": "this"}, vic.get("/inbox").text).status_code == 403
    assert vic.send(f"/plans/{plan['plan_id']}/approve", {"version": '"x"'}, vic.get("/inbox").text).status_code == 403


def test_a_plan_shows_every_project_its_place_or_why_it_has_none(browse, plan):
    page = browse("ada").get(f"/plans/{plan['plan_id']}").text
    for project in ("PAGE-1", "PAGE-2", "PAGE-3"):
        assert project in page
    assert "没有足够大的空间" in page
    assert f'src="/pages/plans/{plan["plan_id"]}/map?embed=1' in page
    for name in plan["exports"]:
        assert f'/files/{name}"' in page
    strip = page[page.index('class="strip"') : page.index("</dl>")]
    assert ("已证明最优" in strip) == (plan["status"] == "optimal")
    unbounded = sum(goal["gap"] is None for goal in plan["goals"])
    assert page.count('<span class="chip bad">尚未证明</span>') == unbounded


def test_files_are_the_bytes_of_the_api(desk, browse, plan):
    for name in plan["exports"]:
        mine = browse("ada").get(f"/plans/{plan['plan_id']}/files/{name}")
        assert mine.content == desk.get(f"plans/{plan['plan_id']}/exports/{name}").content
    assert browse("ned").get(f"/plans/{plan['plan_id']}/files/plan.json").status_code == 404


def test_a_project_shows_requirement_and_offer_other_parks_and_what_they_would_cost(browse, plan):
    page = browse("ada").get(f"/plans/{plan['plan_id']}/projects/PAGE-1").text
    for words in ("需求与所得", "其他园区及代价", "整个项目的其他位置", "锁定位置并重新求解", "方案质量与证明"):
        assert words in page
    assert "1,000 平方米" in page
    page = browse("ada").get(f"/plans/{plan['plan_id']}/projects/PAGE-3").text
    assert "为何没有落位" in page
    assert "9,000,000" in page
    assert browse("ada").get(f"/plans/{plan['plan_id']}/projects/NOBODY").status_code == 404
    assert browse("ned").get(f"/plans/{plan['plan_id']}/projects/PAGE-1").status_code == 404


def test_a_run_that_is_over_is_not_called_queued(desk, browse, plan):
    assert "正在排队" not in browse("ada").get(f"/runs/{plan['run_id']}?said=started").text
    waiting = desk.post("runs", json={"time_limit_s": 5}).json()["run_id"]
    assert "正在排队" in browse("ada").get(f"/runs/{waiting}?said=started").text
    desk.post(f"runs/{waiting}/cancel")


def test_pinning_makes_a_scenario_and_a_run_and_leaves_the_plan(desk, browse, plan):
    ada, place = browse("ada"), f"/plans/{plan['plan_id']}/projects/PAGE-1"
    page = ada.get(place).text
    park = re.search(r'<select id="pin-1".*?</select>', page, re.DOTALL)[0]
    wanted = re.findall(r'<option value="([^"]+)">', park)[1]
    answer = ada.send(f"{place}/pin", {"pin-lab": wanted, "time_limit": "40", "name": "锁定 PAGE-1"}, page)
    assert answer.status_code == 303, answer.text
    run_id = PLACE.match(answer.headers["location"])[1].rsplit("/", 1)[-1]
    run = desk.get(f"runs/{run_id}").json()
    scenario = desk.get(f"scenarios/{run['scenario_id']}").json()
    assert scenario["document"]["projects"] == {"PAGE-1/lab": {"pinned_to": wanted}}
    assert run["request"]["batches"] == desk.get(f"runs/{plan['run_id']}").json()["request"]["batches"]
    desk.solve(run_id)
    made = desk.get(f"runs/{run_id}").json()
    assert made["state"] == "succeeded", made
    pinned = desk.get(f"plans/{made['plan_id']}").json()
    assert {each["park_id"] for each in pinned["assignments"] if each["project_id"] == "PAGE-1"} == {wanted}
    page = ada.get(f"/plans/{made['plan_id']}/projects/PAGE-1").text
    assert "已锁定在" in page or 'value="stay" selected' in page
    nothing = ada.send(f"{place}/pin", {"pin-lab": ""}, ada.get(place).text)
    assert nothing.headers["location"].endswith("said=nothing")


def test_a_review_needs_four_eyes_and_says_so(desk, browse):
    made = desk.planned("FOUR-1", time_limit_s=40)
    place = f"/plans/{made['plan_id']}/review"
    ada, max_, ben = browse("ada"), browse("max"), browse("ben")
    page = max_.get(place).text
    assert "双人复核" in page
    version = re.search(r'name="version" value="([^"]+)"', page)[1].replace("&#34;", '"')
    proposed = max_.send(f"/plans/{made['plan_id']}/propose", {"version": version}, page)
    assert proposed.status_code == 303, proposed.text
    page = max_.get(place).text
    assert "您是提交人，须由另一位审核人员批准" in page
    assert f'action="/pages/plans/{made["plan_id"]}/approve"' not in page
    version = re.search(r'name="version" value="([^"]+)"', page)[1].replace("&#34;", '"')
    refused = max_.send(f"/plans/{made['plan_id']}/approve", {"version": version}, page)
    assert refused.status_code == 409
    assert "双人复核" in refused.text
    assert "等待审核人员批准" in ada.get(place).text
    page = ben.get(place).text
    stale = ben.send(f"/plans/{made['plan_id']}/approve", {"version": '"old"'}, page)
    assert stale.status_code == 412
    assert "已有人更改" in stale.text
    without = ben.send(f"/plans/{made['plan_id']}/reject", {"version": version, "because": "  "}, page)
    assert without.status_code == 422
    sent_back = ben.send(
        f"/plans/{made['plan_id']}/reject", {"version": version, "because": "南山的楼已另有安排"}, page
    )
    assert sent_back.status_code == 303, sent_back.text
    assert "南山的楼已另有安排" in ada.get(place).text


def test_an_approved_plan_is_published_and_the_next_one_lists_its_changes(fresh, browse):
    first = fresh.published("ONE-1")
    eva = browse("eva", fresh)
    assert eva.get("/plans/published").headers["location"] == f"/pages/plans/{first['plan_id']}"
    assert first["plan_id"] in eva.get("/inbox").text
    fresh.upload([a_project("TWO-1")])
    run_id = fresh.post("runs", json={"time_limit_s": 40}).json()["run_id"]
    fresh.solve(run_id)
    run = fresh.get(f"runs/{run_id}").json()
    page = eva.get(f"/plans/{run['plan_id']}/review").text
    assert "与现行方案相比" in page
    assert "新需求" in page
    assert "企业 TWO-1" in page


@pytest.mark.parametrize("number", range(0, len(NAMES), 3))
def test_hostile_names_are_text_on_every_page(desk, browse, number, plan):
    name = NAMES[number][:150].replace("\u2028", " ")
    batch = desk.upload([a_project(f"EVIL-{number}", enterprise=name)], params={"name": name[:100]})
    if batch.status_code != 201:
        assert batch.status_code in {400, 422}
        return
    ada = browse("ada")
    for place in ("/inbox", f"/batches/{batch.json()['batch_id']}"):
        page = ada.get(place).text
        assert "<img src=x" not in page
        assert "</script><script>alert" not in page
        assert "49" not in re.sub(r"[0-9a-f-]{6,}|\d{4}-\d\d-\d\d \d\d:\d\d", "", page) or "7*7" not in name
