"""Every page speaks the reader's language alone: no English sentence and no raw name of a field in Chinese pages."""

import html
import re

import pytest

from allocator.goals import BY_ID
from service.application.registry.registry_effects import effects
from service.i18n.catalogues import keys
from service.i18n.stored_texts import own
from tests.pages.conftest import Browser
from tests.support.api_client import a_project
from tests.support.registry_pages import files_of, send_registry, wish

ENGLISH = re.compile(r"\b[A-Za-z]{2,}(?:[ ,]+[a-z]{2,}){2,}")
"""Three words in a row, the last two in small letters: a sentence, not a name."""

RAW = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b|\bcomponents/\d|\b\d{3}_[0-9a-f]{16}\.txt|\d\*[a-z]")
"""Names of fields, files and formulas as the program has them."""

STAGES = (("propose", "ada"), ("approve", "ben"), ("publish", "eva"))


@pytest.fixture(scope="module")
def city(desk):
    """A plan in force with a firm that waits, a night after its space was withdrawn, and a plan to review."""
    rows = [
        a_project("W1", start_until="2027-06"),
        a_project("W2", floor_area_m2=900, max_rent_yuan_m2_month=500),
        a_project("W3", floor_area_m2=9_000_000),
        a_project("W4", floor_load_kpa=400, max_rent_yuan_m2_month=1),
    ]
    desk.upload(rows)
    asked = desk.post("runs", json={"time_limit_s": 20}).json()["run_id"]
    desk.solve(asked)
    plan = desk.get(f"runs/{asked}").json()["plan_id"]
    for verb, person in STAGES:
        assert desk.step(plan, verb, person).status_code == 200
    content = files_of(desk)
    used = desk.get(f"plans/{plan}").json()["assignments"][0]
    content["spaces"] = [one for one in content["spaces"] if one["space_id"] != used["space_id"]]
    content["tenancies"] = [one for one in content["tenancies"] if one["space_id"] != used["space_id"]]
    oli = Browser(desk, "oli")
    stored = send_registry(oli, content)
    assert stored.status_code == 303, stored.text
    day = oli.send("/nights", {}, oli.get("/nights").text).headers["location"].split("?")[0].rsplit("/", 1)[-1]
    night = desk.get(f"nights/{day}").json()
    if night["run_id"]:
        desk.solve(night["run_id"])
    night = desk.get(f"nights/{day}").json()
    assert night["plan_id"], night
    return {"plan": plan, "run": asked, "night": night, "day": day, "used": used, "registry": 2}


def places(city):
    plan, proposed = city["plan"], city["night"]["plan_id"]
    return {
        "inbox": "/inbox",
        "plan": f"/plans/{plan}",
        "proposed": f"/plans/{proposed}",
        "review": f"/plans/{proposed}/review",
        "projects": [f"/plans/{plan}/projects/{name}" for name in ("W1", "W2", "W3", "W4")],
        "run": f"/runs/{city['run']}",
        "park": f"/parks/{city['used']['park_id']}?plan={plan}",
        "parks": "/parks",
        "compare": f"/compare?a={plan}&b={proposed}",
        "nights": "/nights",
        "night": f"/nights/{city['day']}",
        "registry": "/registry",
        "version": f"/registry/{city['registry']}",
        "audit": "/audit",
    }


def said(page):
    """Visible words of a page's own part, without what people named and the ids in code."""
    main = page.split("<main", 1)[1]
    main = re.sub(r"<(script|style|svg|code|iframe|select)\b.*?</\1>", " ", main, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "\n", main))


def listed(city):
    return [place for each in places(city).values() for place in ([each] if isinstance(each, str) else each)]


def test_no_english_sentence_and_no_raw_name_stands_in_a_chinese_page(desk, city):
    boss = Browser(desk, "max")
    wrongs = []
    for place in listed(city):
        answer = boss.get(place)
        assert answer.status_code == 200, (place, answer.text[:300])
        words = said(answer.text)
        wrongs += [(place, found[0]) for pattern in (ENGLISH, RAW) for found in pattern.finditer(words)]
    assert not wrongs, "\n".join(f"{place}: {found}" for place, found in wrongs)


@pytest.mark.parametrize(
    "fields",
    [{"a_floor_load_kpa": "400"}, {"a_max_rent_yuan_m2_month": "1"}, {"a_floor_area_m2": "viel"}, {"a_power_kw": "-3"}],
)
def test_answers_about_a_site_are_chinese_too(desk, city, fields):
    words = said(Browser(desk, "max").asks("/where", wish(**fields)).text)
    assert [found[0] for pattern in (ENGLISH, RAW) for found in pattern.finditer(words)] == []


def test_a_night_says_in_chinese_why_a_firm_must_move(desk, city):
    page = said(Browser(desk, "ada").get(f"/nights/{city['day']}").text)
    if "必须调整" in page:
        assert "其空间已不在台账中" in page
    assert "In its space" not in page


def test_a_night_and_a_comparison_say_their_baselines_and_agree(desk, city):
    ada, plan, proposed = Browser(desk, "ada"), city["plan"], city["night"]["plan_id"]
    night, compared = ada.get(f"/nights/{city['day']}").text, ada.get(f"/compare?a={plan}&b={proposed}").text
    assert "台账第 1 版" in night
    assert "今日台账（第 2 版）" in night
    assert "A 为第 1 版，B 为第 2 版" in compared
    assert "台账第 1 版" in ada.get(f"/plans/{proposed}/review").text
    before, after = (desk.get(f"plans/{each}").json()["measures"] for each in (plan, proposed))
    rows = re.findall(r"<tr>(.*?)</tr>", night[night.index("h-goals") : night.index("h-moves")], re.DOTALL)[1:]
    numbers = [re.findall(r'<td class="number">([^<]*)</td>', row) for row in rows]
    goals = [goal for goal in BY_ID if goal in city["night"]["report"]["goals"]]
    assert len(numbers) == len(goals)
    for goal, (published, today, made, change) in zip(goals, numbers, strict=True):
        told = city["night"]["report"]["goals"][goal]
        assert made == f"{after[goal]:,}"
        assert published == (f"{before[goal]:,}" if goal in before else "–")
        assert today == f"{after[goal] - told:,}"
        assert change.replace("−", "-") == ("±0" if told == 0 else f"{told:+,}")


def test_merged_tiers_are_words_and_the_value_is_that_of_its_goal(desk, city):
    ada, proposed = Browser(desk, "ada"), city["night"]["plan_id"]
    made = desk.get(f"plans/{proposed}").json()
    page = ada.get(f"/plans/{proposed}").text
    strip = re.sub(r"<[^>]+>|\s+", " ", page[page.index('class="strip"') : page.index("</dl>")])
    assert f"落位项目价值 {made['measures']['value']:,} " in " ".join(strip.split()) + " "
    merged = [goal for goal in made["goals"] if "+" in goal["goal"]]
    assert merged, "a night weighs goals against each other"
    assert "合并 " in page
    assert merged[0]["goal"] not in page
    if made["status"] != "optimal":
        first = made["goals"][0]["gap"]
        assert (f"{first:.2%}" if first is not None else "尚未证明") in strip


def test_a_new_registry_warns_of_the_firms_that_it_concerns(desk, city):
    ada, pam = Browser(desk, "ada"), Browser(desk, "pat")
    page = ada.get("/registry/2").text
    assert "现行方案的 " in page
    assert "空间已撤销" in page
    section = page[page.index("h-concern") : page.index("h-changes")]
    assert f"企业 {city['used']['project_id']}" in section
    inbox = ada.get("/inbox").text
    assert "台账第 2 版涉及现行方案的 " in inbox
    assert "/pages/registry/2" in inbox
    assert "企业 W" not in pam.get("/registry/2").text
    assert "现行方案的 " not in ada.get("/registry/1").text


def test_masked_figures_are_dashes(desk, city):
    page = Browser(desk, "pam").get(f"/plans/{city['plan']}").text
    strip = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page[page.index('class="strip"') : page.index("</dl>")])
    told = dict(strip)
    assert {told[name] for name in ("安排面积", "月租金", "政策例外")} == {"–"}
    whole = Browser(desk, "ada").get(f"/plans/{city['plan']}").text
    assert "<dt>安排面积</dt><dd>–</dd>" not in whole


def test_firms_of_the_plan_in_force_are_called_placed_and_a_withdrawal_is_undone(desk, city):
    ada = Browser(desk, "ada")
    batch = next(one for one in desk.get("batches").json()["items"] if one["projects"] == 4)["batch_id"]
    place = f"/batches/{batch}"
    page = ada.get(place).text
    assert page.count("已安排</span>") == 2
    assert page.count("待安排</span>") == 2
    assert "待安排 2 · 已安排 2 · 全部 4" in page
    assert "确认撤回" in page
    gone = ada.send(f"{place}/withdraw", {"project": "W4"}, page)
    assert gone.headers["location"].endswith("said=withdrawn")
    page = ada.get(place).text
    assert f'name="reopen" value="W4" formaction="/pages{place}/reopen"' in page
    back = ada.send(f"{place}/reopen", {"reopen": "W4"}, page)
    assert back.headers["location"].endswith("said=reopened")
    assert "待安排 2 · 已安排 2 · 全部 4" in ada.get(place).text
    again = ada.send(f"{place}/reopen", {"reopen": "W4"}, ada.get(place).text)
    assert again.status_code == 409
    assert "没有被撤回" in again.text
    assert Browser(desk, "vic").send(f"{place}/reopen", {"reopen": "W4"}, ada.get(place).text).status_code == 403


def test_publishing_sending_back_and_withdrawing_are_asked_twice(desk, city):
    ben = Browser(desk, "ben")
    page = ben.get(f"/plans/{city['night']['plan_id']}/review").text
    assert '<details class="confirm">' in page
    assert "确认退回" in page
    assert re.search(r'<summary class="button danger">退回</summary>', page)


@pytest.mark.parametrize(
    ("stored", "zh", "en"),
    [
        ("nightly 2026-11-30", "夜间优化 2026-11-30", "nightly 2026-11-30"),
        ("system", "系统", "system"),
        ("from files", "由文件导入", "from files"),
        ("示范方案 Demo plan", "示范方案", "Demo plan"),
        ("现有租户 013 / Existing tenant 013", "现有租户 013", "Existing tenant 013"),
        ("Johnson / Johnson", "Johnson / Johnson", "Johnson / Johnson"),
        ("心途 Med plan", "心途 Med plan", "心途 Med plan"),
        ("陈工", "陈工", "陈工"),
        ("nightly of mine", "nightly of mine", "nightly of mine"),
    ],
)
def test_what_the_service_named_is_said_in_the_readers_language(stored, zh, en):
    assert (own(stored, "zh"), own(stored, "en")) == (zh, en)


def test_every_action_of_the_audit_has_words(desk, city):
    page = desk.get("audit", "max", params={"limit": 100}).json()
    found = {one["action"] for one in page["items"]}
    assert {"plan.publish", "registry.store"} <= found <= keys("audit_actions")


def changed(city, registry, **facts):
    """The registry with other facts of the space that the first firm has."""
    spaces = [{**one, **facts} if one["space_id"] == city["used"]["space_id"] else one for one in registry["spaces"]]
    return {**registry, "spaces": spaces}


@pytest.mark.parametrize(
    ("facts", "what", "codes", "fields"),
    [
        ({"floor_area_m2": 300}, "unfit", {"area"}, ("floor_area_m2",)),
        ({"eia_level": "exempt", "floor_load_kpa": 1.0}, "changed", set(), ("floor_load_kpa",)),
        ({"opening_cost_yuan": 77}, "changed", set(), ("opening_cost_yuan",)),
        ({"kind": "land_plot"}, "unfit", {"kind"}, ("kind",)),
        ({"available_from": "2040-01"}, "unfit", {"window"}, ("available_from",)),
        ({"source": "another paper"}, None, set(), ()),
    ],
)
def test_what_a_changed_space_does_to_the_firm_in_it(desk, city, facts, what, codes, fields):
    document, _ = desk.app.state.house.plan(city["plan"])
    registry = desk.get("registries/1").json()["document"]
    found = effects(document, registry, changed(city, registry, **facts))
    mine = [one for one in found if one.project_id == city["used"]["project_id"]]
    if what is None:
        assert found == ()
        return
    (one,) = mine
    assert one.what == what
    assert codes <= {reason.code for reason in one.reasons}
    assert set(fields) <= set(one.fields)


def test_a_new_tenant_in_a_firms_floor_is_told_and_the_same_registry_is_not(desk, city):
    document, _ = desk.app.state.house.plan(city["plan"])
    registry = desk.get("registries/1").json()["document"]
    assert effects(document, registry, registry) == ()
    space = next(one for one in registry["spaces"] if one["space_id"] == city["used"]["space_id"])
    model = registry["tenancies"][0]
    late = {**model, "tenancy_id": "late", "space_id": space["space_id"], "floor_area_m2": space["floor_area_m2"]}
    late |= {"since": None, "until": None}
    found = effects(document, registry, {**registry, "tenancies": [*registry["tenancies"], late]})
    told = next(one for one in found if one.project_id == city["used"]["project_id"])
    assert told.what == "unfit"
    assert "floor-area" in {reason.code for reason in told.reasons}
