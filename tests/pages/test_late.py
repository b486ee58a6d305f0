"""How late a start is stands wherever the start stands, in both languages, as does the default of the latest start."""

import re
from urllib.parse import urlencode

import pytest

from tests.pages.conftest import Browser
from tests.support.api_client import a_project, desk_on
from tests.support.month_requests import extend, newcomer, publish, run_of


@pytest.fixture(scope="module")
def late(server, tmp_path_factory):
    """A plan with a firm that starts eight months late, one that is two months late, and one that is not."""
    with desk_on(server, tmp_path_factory.mktemp("late")) as desk:
        extend(desk)
        rows = [
            a_project("LATE", pinned_to="new-lab"),
            a_project("SOMEWHAT", start_from="2027-04", pinned_to="new-lab"),
            a_project("TIMELY", start_until="2026-12"),
        ]
        yield desk, run_of(desk, rows, basis="nothing")


def words(page):
    """The text of a page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page[page.index("<main") :]))


def row_of(page, name):
    return words("<main" + next(row for row in page.split("<tr")[1:] if name in row))


def test_the_list_shows_asked_and_given_month_and_marks_what_is_late(late):
    desk, plan = late
    page = Browser(desk, "ada").get(f"/plans/{plan['plan_id']}?lang=zh").text
    row = row_of(page, "LATE")
    assert "2027年6月" in row
    assert "期望 2026年10月" in row
    assert "晚 8 个月" in row
    assert "晚 2 个月" in row_of(page, "SOMEWHAT")
    assert "晚" not in row_of(page, "TIMELY")
    assert "期望" not in row_of(page, "TIMELY")
    assert re.search(r"晚于期望 6 个月以上</dt><dd>1<", page)
    english = Browser(desk, "ada").get(f"/plans/{plan['plan_id']}?lang=en").text
    assert "8 months late" in row_of(english, "LATE")
    assert "asked 2026-10" in row_of(english, "LATE")


def test_the_dossier_sets_the_asked_month_beside_the_given_one(late):
    desk, plan = late
    page = Browser(desk, "ada").get(f"/plans/{plan['plan_id']}/projects/LATE?lang=zh").text
    row = row_of(page[page.index("h-where") :], "起租")
    assert re.search(r"起租 2026-10 2027-06 晚 8 个月", row), row
    assert "晚 " not in words(Browser(desk, "ada").get(f"/plans/{plan['plan_id']}/projects/TIMELY?lang=zh").text)


def test_who_reviews_sees_what_is_late(late):
    desk, plan = late
    page = Browser(desk, "ben").get(f"/plans/{plan['plan_id']}/review?lang=zh").text
    told = words("<main" + page[page.index('id="h-late"') : page.index('id="h-exceptions"')])
    assert "晚 8 个月" in told
    assert "SOMEWHAT" not in told, "two months are not much"


def test_the_finder_marks_a_site_that_is_late(late):
    desk, plan = late
    publish(desk, plan["plan_id"])
    ada = Browser(desk, "ada")
    fields = {
        "enterprise": "新企业",
        "segment": "imaging",
        "tier": "leader",
        "priority": "3",
        "a_function": "rnd",
        "a_floor_area_m2": "1000",
        "a_start_from": "2027-01",
        "a_max_rent_yuan_m2_month": "11",
    }
    answer = ada.get(f"/where?{urlencode({'lang': 'zh', **fields})}")
    while answer.status_code == 303:
        answer = ada.get(answer.headers["location"].removeprefix("/pages"))
    found = answer.text
    told = words("<main" + found[found.index('id="answer"') :])
    assert "期望 2027年1月" in told
    assert "晚 5 个月" in told
    said = desk.post("recommendations", json={"project": newcomer(start_from="2027-01", pinned_to="new-lab")}).json()
    assert said["suggestions"][0]["sites"][0]["months_late"] == 5


def test_a_batch_shows_the_default_of_the_latest_start_and_takes_another(late):
    desk, _ = late
    ada = Browser(desk, "ada")
    rows = [a_project("OPEN"), a_project("SET", start_until="2027-03"), a_project("NONE", start_from="")]
    batch = desk.upload(rows).json()["batch_id"]
    page = ada.get(f"/batches/{batch}?lang=zh").text
    assert "2027年10月 默认" in row_of(page, "OPEN")
    assert "2027年3月" in row_of(page, "SET")
    assert "默认" not in row_of(page, "SET")
    assert "方案起始后 12 个月 默认" in row_of(page, "NONE")
    assert "本批 2 处未写最晚入驻" in words(page)
    asked = {"which": "this", "basis": "nothing", "time_limit": "30", "start_slack": "3"}
    assert ada.send(f"/batches/{batch}/solve", asked, page).status_code == 303
    run = desk.get("runs").json()["items"][0]
    assert run["request"]["start_slack_months"] == 3
    refused = ada.send(f"/batches/{batch}/solve", {**asked, "start_slack": "三"}, ada.get(f"/batches/{batch}").text)
    assert refused.status_code == 422


def test_files_say_it_too(late):
    desk, plan = late
    made = plan["by_project"]["LATE"]
    assert (made["asked_start"], made["start"], made["months_late"]) == ("2026-10", "2027-06", 8)
    features = desk.get(f"plans/{plan['plan_id']}/exports/plan.geojson").json()["features"]
    late_ones = {
        each["properties"]["project_id"]: each["properties"]["months_late"]
        for each in features
        if each["properties"]["layer"] == "assignment"
    }
    assert late_ones == {"LATE": 8, "SOMEWHAT": 2, "TIMELY": 0}
