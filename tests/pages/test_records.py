"""Registry, audit, nights, parks, comparisons and newcomers on pages: what they show, to whom, and what they refuse."""

import re
import time

import pytest

from allocator.goals import BY_ID
from maps.payload.reason_labels import complete
from seeds.load import labels
from tests.pages.conftest import Browser
from tests.support.api_client import PINGSHAN, a_project
from tests.support.registry_pages import files_of, send_registry, wish
from tests.unit.maps.hostile import NAMES

PLACES = ("/registry", "/registry/1", "/nights", "/parks", "/parks/ps-ip", "/compare", "/where")


@pytest.fixture(scope="module")
def plan(desk):
    return desk.published("M1", "M2", "M3")["plan_id"]


@pytest.fixture(scope="module")
def draft(desk, plan):
    desk.upload([a_project("D1", enterprise="新来企业"), a_project("D2", floor_load_kpa=40)])
    return desk.planned("D3")["plan_id"]


@pytest.fixture
def ada(desk, plan):
    return Browser(desk, "ada")


def park_of(desk, plan):
    """A park where the plan puts somebody."""
    return desk.get(f"plans/{plan}").json()["assignments"][0]["park_id"]


def tables(text):
    return [re.sub(r"<[^>]+>|\s+", " ", table) for table in re.findall(r"<table.*?</table>", text, re.DOTALL)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_speaks_both_languages_under_a_strict_policy(ada, desk, plan, draft, language):
    places = [f"/parks/{park_of(desk, plan)}" if place.startswith("/parks/") else place for place in PLACES]
    for place in [*places, f"/compare?a={plan}&b={draft}"]:
        page = ada.get(place + ("&" if "?" in place else "?") + f"lang={language}")
        assert page.status_code == 200, (place, page.text[:400])
        assert "unsafe" not in page.headers["content-security-policy"]
        assert "style=" not in re.sub(r"<style.*?</style>", "", page.text)
        assert re.findall(r"<script(?![^>]*src=)", page.text) == []
        main = re.sub(r"<[^>]+>", " ", page.text.split("<main", 1)[1])
        assert ("方案" in main or "台账" in main or "夜" in main) == (language == "zh") or language == "en"


def test_rights_are_those_of_the_api(desk, plan):
    assert Browser(desk, "ada").get("/audit").status_code == 403
    assert Browser(desk, "max").get("/audit").status_code == 200
    assert "multipart/form-data" not in Browser(desk, "ada").get("/registry").text
    assert "multipart/form-data" in Browser(desk, "oli").get("/registry").text
    for place in PLACES:
        assert Browser(desk, None).get(place).status_code == 303


# The registry


def test_a_registry_from_files_becomes_a_version_whose_changes_are_listed(fresh):
    oli, content = Browser(fresh, "oli"), files_of(fresh)
    changed, gone = content["spaces"][0]["space_id"], content["tenancies"][-1]["tenancy_id"]
    content["spaces"][0]["rent_yuan_m2_month"] = 77.5
    content["tenancies"].pop()
    content["parks"].append({**content["parks"][0], "park_id": "new-park", "name_zh": NAMES[0]})
    answer = send_registry(oli, content)
    assert answer.status_code == 303, answer.text
    page = oli.get(answer.headers["location"].removeprefix("/pages")).text
    assert "已存入" in page
    assert changed in page
    assert "77.5" in page
    assert gone in page
    assert "new-park" in page
    assert NAMES[0] not in page
    again = send_registry(oli, content)
    assert again.headers["location"].startswith("/pages/registry/2")
    assert "第 2 版" in oli.get("/registry").text


def test_a_registry_with_faults_is_not_stored_and_each_fault_is_shown(fresh):
    oli, content = Browser(fresh, "oli"), files_of(fresh)
    content["spaces"][1]["floor_area_m2"] = -5
    content["spaces"][2]["park_id"] = "nowhere"
    answer = send_registry(oli, content)
    assert answer.status_code == 422
    faults = tables(answer.text)[0]
    assert "nowhere" in faults
    assert "-5" in faults
    assert fresh.get("registries").json()["items"][0]["number"] == 1
    assert Browser(fresh, "ada").send("/registry", {}, oli.get("/registry").text).status_code == 403


# The audit


def test_the_audit_is_filtered_and_its_chain_is_checked(desk, plan):
    boss = Browser(desk, "max")
    page = boss.get("/audit").text
    assert "链条完整" in page
    assert desk.get("audit/check", "max").json()["last_digest"] in page
    filtered = tables(boss.get("/audit?person=ben").text)[0]
    assert "批准方案" in filtered
    assert "公布方案" not in filtered
    only = tables(boss.get(f"/audit?subject=plan/{plan}&action=plan.publish").text)[0]
    assert only.count("公布方案") == 1
    assert "没有符合条件" in boss.get("/audit?subject=100%25").text


def test_the_audit_goes_on_to_older_entries(desk, plan):
    boss = Browser(desk, "max")
    total = desk.get("audit/check", "max").json()["entries"]
    seen, place = [], "/audit"
    for _ in range(40):
        page = boss.get(place).text
        seen += [int(number) for number in re.findall(r'<td class="number">(\d+)</td>', page)]
        more = re.search(r'href="/pages(/audit\?[^"]*before=[^"]*)"', page)
        if more is None:
            break
        place = more[1].replace("&amp;", "&")
    assert seen == list(range(total, 0, -1))


# Nights


def test_a_night_is_begun_listed_and_reported(desk, plan):
    oli = Browser(desk, "oli")
    assert Browser(desk, "ada").send("/nights", {}, oli.get("/nights").text).status_code == 403
    begun = oli.send("/nights", {}, oli.get("/nights").text)
    assert begun.status_code == 303, begun.text
    place = begun.headers["location"].removeprefix("/pages").split("?")[0]
    day = place.rsplit("/", 1)[-1]
    night = desk.get(f"nights/{day}").json()
    if night["run_id"]:
        desk.solve(night["run_id"])
    report = desk.get(f"nights/{day}").json()
    page = oli.get(place).text
    assert report["report"]["sentence_zh"] in page
    assert day in oli.get("/nights").text
    assert "一区" not in oli.get("/nights").text
    if report["plan_id"]:
        assert report["plan_id"] in page
        for arrival in report["report"]["arrivals"]:
            assert arrival["project_id"] in page
        changes = page[page.index("h-goals") : page.index("h-moves")]
        named = [complete(labels())["goal"][goal]["zh"] for goal in BY_ID if goal in report["report"]["goals"]]
        shown = [changes.index(name) for name in named]
        assert shown == sorted(shown), "goals stand in their order"
        told = re.search(r"净增 = (.*?) × 调整代价", page)
        assert told, re.findall(r"净增[^<]*", page)
        assert re.match(r"落位项目价值、政策契合度合并 \d+:\d+ − ", told[1]), told[1]
        assert re.search(r"<th scope=\"row\" class=\"number\">0</th><td class=\"number\">±0</td>", page)
    assert Browser(desk, "pam").get(place).status_code == 404
    assert "涉及全市" in Browser(desk, "pam").get("/nights").text


# Parks


def test_a_park_shows_its_offer_its_people_and_its_load(desk, ada, plan):
    park_id = park_of(desk, plan)
    page = ada.get(f"/parks/{park_id}?plan={plan}").text
    whole = desk.get(f"plans/{plan}").json()
    here = [one for one in whole["assignments"] if one["park_id"] == park_id]
    assert all(one["project_id"] in page for one in here)
    document = files_of(desk, str(whole["registry"]))
    spaces = [one for one in document["spaces"] if one["park_id"] == park_id]
    assert all(one["space_id"] in page for one in spaces)
    load = tables(page)[0]
    floor = sum(one["floor_area_m2"] for one in spaces if (one["available_from"] or "") <= "2026-12")
    assert f"{floor:,}" in load
    listed = ada.get("/parks").text
    assert f"/pages/parks/{park_id}?plan={plan}" in listed
    assert ada.get("/parks/nowhere").status_code == 404
    assert ada.get(f"/parks/{park_id}?plan=p-000000000000").status_code == 404


def test_a_park_names_whom_it_turned_away_and_both_numbers(desk, ada, plan):
    park_id = park_of(desk, plan)
    refused = [
        (part, site)
        for name in ("M1", "M2", "M3")
        for part in desk.get(f"plans/{plan}/dossiers/{name}").json()["components"]
        for site in part["parks"]
        if site["verdict"] in {"unfit", "blocked"} and site["reasons"]
    ]
    parks = {site["park_id"] for _, site in refused}
    if not parks:
        pytest.fail("the seed registry has a park that cannot take a laboratory of 1,000 m²")
    page = ada.get(f"/parks/{min(parks)}?plan={plan}").text
    assert "未能入驻项目及原因" in page
    assert any(name in page for name in ("M1", "M2", "M3"))
    assert park_id


def test_people_of_one_district_do_not_read_others_names_in_a_park(desk, plan):
    park_id = park_of(desk, plan)
    page = Browser(desk, "pam").get(f"/parks/{park_id}?plan={plan}").text
    assert "企业 M" not in page
    assert ">M1<" not in page
    assert "/map" not in page.split("<main", 1)[1]


# Comparisons


def test_two_plans_are_compared_as_the_api_compares_them(desk, ada, plan, draft):
    found = desk.get(f"plans/{plan}/compare/{draft}").json()
    page = ada.get(f"/compare?a={plan}&b={draft}&every=1").text
    for one in found["projects"]:
        assert one["project_id"] in page
    assert page.count("<iframe") == 2
    for source in re.findall(r'<iframe[^>]*src="([^"]+)"', page):
        assert ada.get(source.replace("&amp;", "&").removeprefix("/pages")).status_code == 200
    assert Browser(desk, "pam").get(f"/compare?a={plan}&b={draft}").status_code == 404
    assert ada.get(f"/compare?a={plan}&b=p-000000000000").status_code == 404


# Newcomers


def test_a_newcomer_gets_ranked_sites_at_once(desk, ada, plan):
    ada.get("/where")
    before = time.process_time()
    answer = ada.asks("/where", wish())
    assert time.process_time() - before < 1, "seconds of work, however busy the machine is"
    assert answer.status_code == 200, answer.text
    expected = desk.post(
        "recommendations",
        json={"most": 8, "project": {**api_project(), "project_id": "X1"}},
    ).json()
    shown = re.findall(r'<span class="rank">(\d+)</span>.*?/pages/parks/([^?"]+)', answer.text, re.DOTALL)
    assert [park for _, park in shown] == [one["sites"][0]["park_id"] for one in expected["suggestions"]]
    assert float(re.search(r"([\d.]+) 秒内作答", answer.text)[1]) > 0


def api_project():
    part = {"component_id": "rnd-a", "function": "rnd", "floor_area_m2": 800, "start_from": "2026-10"}
    return {"enterprise": "新企业", "segment": "imaging", "tier": "leader", "priority": 3, "components": [part]}


def test_a_question_about_a_site_is_an_address_that_says_the_same_again(desk, ada, plan):
    empty = {"a_power_kw": "", "b_function": "", "plan": plan}
    led = ada.get("/where", params=wish(enterprise="心途 & Co/医疗#1", a_districts=[PINGSHAN, "440311"]) | empty)
    assert led.status_code == 303
    place = led.headers["location"].removeprefix("/pages")
    assert "a_power_kw" not in place
    assert "b_function" not in place
    first, again = ada.get(place), Browser(desk, "ben").get(place)
    ranked = [re.findall(r'<span class="rank">.*?</h3>', page.text, re.DOTALL) for page in (first, again)]
    assert ranked[0] == ranked[1] != []
    assert 'value="心途 &amp; Co/医疗#1"' in first.text
    ticked = re.findall(r'name="a_districts" value="(\d+)" checked', first.text)
    assert ticked == [PINGSHAN, "440311"] or set(ticked) == {PINGSHAN, "440311"}
    english = re.search(r'href="/pages(/where[^"]*lang=en)"', first.text)[1].replace("&amp;", "&")
    page = ada.get(english).text
    assert "Possible sites" in page
    assert 'value="心途 &amp; Co/医疗#1"' in page
    assert len(re.findall(r'<span class="rank">', page)) == len(ranked[0])
    assert 'method="post" action="/pages/where"' not in page
    ada.get("/where?lang=zh")


def test_a_newcomer_nobody_can_take_learns_why_park_by_park(ada):
    answer = ada.asks("/where", wish(a_floor_load_kpa="400"))
    assert "不调整其他企业的情况下暂无可用空间" in answer.text
    assert "400" in tables(answer.text)[-1]


def test_what_is_wrong_with_a_wish_is_shown_and_the_wish_is_kept(ada):
    answer = ada.asks("/where", wish(a_floor_area_m2="viel", enterprise=NAMES[0]))
    assert answer.status_code == 422
    assert "floor_area_m2" in answer.text
    assert NAMES[0] not in answer.text
    assert 'value="viel"' in answer.text
    assert marked(answer.text) == ["a_floor_area_m2"]
    second = {"c_function": "manufacturing", "c_floor_area_m2": "600", "c_start_from": "2026-99", "priority": "9"}
    assert marked(ada.asks("/where", wish(**second)).text) == ["priority", "c_start_from"]


@pytest.mark.parametrize(
    ("typed", "wrong"), [("4,5", ["a_clear_height_m"]), ("nan", ["a_clear_height_m"]), ("4.5", [])]
)
def test_a_number_with_a_decimal_comma_is_told_and_never_ten_times_as_much(ada, typed, wrong):
    assert marked(ada.asks("/where", wish(a_clear_height_m=typed)).text) == wrong


def marked(page):
    """Names of the fields that a page marks as faulty."""
    return re.findall(r'name="([^"]+)"[^>]* aria-invalid="true" aria-describedby="h-faults"', page)


def test_several_parts_can_be_asked_for_together(ada):
    both = wish(b_function="manufacturing", b_floor_area_m2="600", b_districts=PINGSHAN, together="1")
    answer = ada.asks("/where", both)
    assert answer.status_code == 200, answer.text
    verdicts = re.findall(r"<summary>(.*?)</summary>", answer.text[answer.text.index("h-verdicts") :])[:2]
    assert [one.split(" · ")[0] for one in verdicts] == ["研发", "制造"]
    assert "rnd-a" not in answer.text


def test_people_of_one_district_may_ask_and_read_no_names_of_others(desk, plan):
    pam = Browser(desk, "pam")
    answer = pam.asks("/where", wish())
    assert answer.status_code == 200, answer.text
    assert "企业 M1" not in answer.text


def test_without_any_plan_pages_say_so(fresh):
    ada = Browser(fresh, "ada")
    assert "尚无方案，请先完成一次测算" in ada.get("/where").text
    assert "还没有方案" in ada.get("/parks").text
    assert "至少需要两个方案" in ada.get("/compare").text
