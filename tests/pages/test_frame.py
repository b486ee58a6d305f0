"""The frame: sign-in, languages, policies, tokens of forms, errors in words."""

import re

import pytest
from fastapi.routing import APIRoute

from maps.vendoring import find_faults, read_manifest
from service.i18n.catalogues import LANGUAGES, catalogue
from service.identity.roles import Right
from service.pages.app import RECORDS, ROUTERS
from service.pages.shell.access import PageAccess
from service.pages.shell.forms import form
from service.pages.shell.vendoring import PACKAGES, VENDOR
from tests.pages.conftest import TOKEN
from tests.support.api_client import a_project


def test_a_stranger_is_led_to_sign_in_and_back_to_where_it_wanted_to_go(desk, browse):
    stranger = browse(None)
    answer = stranger.get("/inbox")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/pages/sign-in?next=")
    page = stranger.get("/sign-in?next=/pages/inbox")
    assert 'name="key"' in page.text
    answer = stranger.send("/sign-in", {"key": desk.keys["ada"], "next": "/pages/inbox"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/pages/inbox")
    assert "ada" in stranger.get("/inbox").text


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example/pages/", "/pages//evil", "/pages/\\evil", "javascript:1"]
)
def test_sign_in_leads_nowhere_else(desk, browse, wanted):
    answer = browse(None).send("/sign-in", {"key": desk.keys["ada"], "next": wanted})
    assert answer.headers["location"] == "/pages/inbox"


def test_the_cookie_is_for_the_server_alone_and_forged_ones_are_not_taken(desk, browse):
    answer = browse(None).send("/sign-in", {"key": desk.keys["ada"]})
    cookie = answer.headers["set-cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=lax", "Path=/pages"))
    assert desk.keys["ada"] not in cookie
    ada = browse("ada")
    ada.cookies["allocator_session"] = ada.cookies["allocator_session"][:-1] + "x"
    assert ada.get("/inbox").status_code == 303
    ada.cookies["allocator_session"] = "a.b.c.d"
    assert ada.get("/inbox").status_code == 303


def test_a_revoked_key_ends_its_sessions(fresh, browse):
    ada = browse("ada", fresh)
    assert ada.get("/inbox").status_code == 200
    found = next(each for each in fresh.get("keys", "max").json()["items"] if each["person"] == "ada")
    assert fresh.post(f"keys/{found['key_id']}/revoke", "max").status_code == 200
    assert ada.get("/inbox").status_code == 303


def test_a_wrong_key_is_refused_in_words_and_counted(browse):
    answer = browse(None).send("/sign-in", {"key": "dak_wrong"})
    assert answer.status_code == 403
    assert "密钥无效" in answer.text


def test_signing_out_ends_the_session_of_the_browser(browse):
    ada = browse("ada")
    page = ada.get("/inbox").text
    assert ada.send("/sign-out", page=page).status_code == 303
    assert ada.get("/inbox").status_code == 303


def test_forms_without_the_token_or_from_elsewhere_do_nothing(browse):
    ada = browse("ada")
    page = ada.get("/inbox").text
    token = TOKEN.search(page)[1]
    assert ada.send("/sign-out", {}).status_code == 403
    assert ada.send("/sign-out", {"token": token[:-1] + ("0" if token[-1] != "0" else "1")}).status_code == 403
    assert ada.send("/sign-out", {"token": token}, headers={"Origin": "https://evil.example"}).status_code == 403
    assert ada.send("/sign-out", {"token": token}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    ben = TOKEN.search(browse("ben").get("/inbox").text)[1]
    refused = ada.send("/sign-out", {"token": ben})
    assert refused.status_code == 403
    assert "表单已过期" in refused.text
    assert ada.send("/sign-out", {"token": token}, headers={"Origin": "http://test"}).status_code == 303


def test_pages_speak_chinese_first_and_english_when_asked_and_remember_it(browse):
    ada = browse("ada")
    assert '<html lang="zh-CN">' in ada.get("/inbox").text
    assert '<html lang="en">' in ada.get("/inbox?lang=en").text
    assert "<h1>Inbox</h1>" in ada.get("/inbox").text
    assert "<h1>工作台（待办）</h1>" in ada.get("/inbox?lang=zh").text


def test_every_text_is_there_in_both_languages_with_the_same_facts():
    zh, en = (catalogue(language) for language in LANGUAGES)
    assert set(zh) == set(en)
    assert len(zh) > 900
    for key, said in zh.items():
        assert said, key
        assert en[key], key
        assert set(re.findall(r"{(\w+)}", said)) == set(re.findall(r"{(\w+)}", en[key])), key


def test_what_is_wrong_with_a_form_stands_at_an_address_that_reload_and_the_other_language_show(desk, browse):
    ada = browse("ada")
    batch = desk.upload([a_project("KEPT-1")]).json()["batch_id"]
    page = ada.get(f"/batches/{batch}").text
    fields = {
        "token": TOKEN.search(page)[1],
        "once": "0123456789abcdef",
        "which": "this",
        "max_moves": "3",
        "name": "秋季 7",
    }
    sent = desk.ask(None, "POST", f"/pages/batches/{batch}/solve", data=fields, headers=cookie(ada))
    assert sent.status_code == 303
    place = sent.headers["location"].removeprefix("/pages")
    zh, again, en = ada.get(place), ada.get(place), ada.get(f"{place}?lang=en")
    assert {answer.status_code for answer in (zh, again, en)} == {422}
    assert "不能开始测算" in zh.text
    assert "It cannot be started" in en.text
    assert 'value="秋季 7"' in zh.text
    assert 'value="秋季 7"' in en.text
    assert f'href="/pages{place}?lang=en"' in zh.text
    keys = [re.search(r'name="once" value="([^"]+)"', answer.text)[1] for answer in (zh, again)]
    assert keys[0] != keys[1]
    assert ada.send(f"/batches/{batch}/solve", {"which": "this"}, zh.text).status_code == 303
    assert browse("ben").get(place).status_code == 404
    assert browse(None).get(place).status_code == 303
    ada.get("/inbox?lang=zh")


def cookie(browser):
    """The cookies of a browser as it sends them."""
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}


@pytest.mark.parametrize(
    "place", ["/inbox?most=20", "/parks?plan=", "/compare?a=&b=&every=1", "/nights", "/nothing?x=1&x=2"]
)
def test_the_language_switch_keeps_the_address(browse, place):
    page = browse("ada").get(place).text
    path, _, query = place.partition("?")
    wanted = f"/pages{path}?{query}{'&' if query else ''}lang=en"
    assert f'href="{wanted.replace("&", "&amp;")}"' in page


def test_every_page_is_under_a_strict_policy(browse):
    answers = [browse(None).get("/sign-in"), browse("ada").get("/inbox"), browse("ada").get("/nothing")]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert not re.search(r"<style|\sstyle=|<script(?![^>]*src=)|\son\w+=|https?://", answer.text)


def test_errors_are_pages_in_words(browse):
    answer = browse("ada").get("/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "无权查看" in answer.text
    assert "You may not see it" not in answer.text
    assert browse("ada").get("/static/nothing.js").status_code == 404


def test_a_defect_shows_nothing_of_the_inside(desk, browse, monkeypatch):
    def broken(*_args, **_facts):
        raise RuntimeError("secret words")

    ada = browse("ada")
    monkeypatch.setattr("service.repositories.plans.published", broken)
    answer = ada.get("/inbox")
    assert answer.status_code == 500
    assert "secret words" not in answer.text
    assert "系统内部错误" in answer.text


def test_static_files_are_kept_by_browsers_and_vendored_files_are_unchanged(browse):
    page = browse("ada").get("/inbox").text
    for place in re.findall(r'(?:src|href)="/pages(/static/[^"]+)"', page):
        answer = browse(None).get(place)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert find_faults(VENDOR) == []
    assert read_manifest(VENDOR)["htmx.org"]["version"] == PACKAGES["htmx.org"]["version"]


def test_people_of_a_district_see_their_own_rows_alone(desk, browse):
    desk.upload([a_project("FRAME-N")], "ned", params={"name": "batch of Nanshan"})
    assert "batch of Nanshan" in browse("ned").get("/inbox").text
    assert "batch of Nanshan" in browse("ada").get("/inbox").text
    assert "batch of Nanshan" not in browse("pam").get("/inbox").text


PUBLIC = {"/", "/sign-in", "/sign-out", "/static/{name}"}
OWN = {"/sessions/others/end", "/sessions/{session_id}/end"}
"""Forms that change nothing but the sessions of whoever sends them."""


def calls(dependant):
    """Everything that a route depends on."""
    return {dependant.call}.union(*(calls(each) for each in dependant.dependencies))


def test_every_page_asks_for_a_right_and_every_form_for_its_token():
    routes = [route for each in (*ROUTERS, *RECORDS) for route in each.router.routes if isinstance(route, APIRoute)]
    assert len(routes) > 20
    for route in routes:
        found = calls(route.dependant)
        if route.path not in PUBLIC:
            assert any(isinstance(each, PageAccess) for each in found), route.path
        if "POST" in route.methods:
            assert form in found, route.path
            reads = any(isinstance(each, PageAccess) and each.right is Right.READ for each in found)
            assert not reads or route.path in OWN, route.path
