"""Sessions of the pages: kept on the server by a hash, listed, and ended by everything that shall end them."""

import pytest
from sqlalchemy import text

from service.database.engine import SYSTEM, transaction
from service.identity.api_keys import make_key, pepper_of
from service.identity.roles import Principal, Role
from service.identity.sessions import MOST
from tests.support.api_client import NANSHAN, PINGSHAN, desk_on

COOKIE = "allocator_session"


def there(browser):
    """Whether the browser is still signed in."""
    answer = browser.get("/inbox")
    assert answer.status_code in {200, 303}, answer.text
    return answer.status_code == 200


def change(desk, statement, **values):
    with transaction(desk.engine, SYSTEM) as connection:
        return connection.execute(text(statement), values)


def listed(desk, **given):
    return desk.get("sessions", "max", **given).json()["items"]


def test_sign_out_ends_the_session_on_the_server_for_every_copy_of_its_cookie(fresh, browse):
    ada = browse("ada", fresh)
    copy = ada.cookies[COOKIE]
    assert ada.send("/sign-out", page=ada.get("/inbox").text).status_code == 303
    ada.cookies[COOKIE] = copy
    assert not there(ada)
    assert listed(fresh) == []
    actions = [entry["action"] for entry in fresh.get("audit", "max").json()["items"]]
    assert {"session.begin", "session.end"} <= set(actions)


def test_the_database_has_no_token_of_a_session(fresh, browse):
    token = browse("ada", fresh).cookies[COOKIE]
    kept = change(fresh, "SELECT s::text AS said FROM allocator.session s").scalars().all()
    assert len(kept) == 1
    assert token not in kept[0]
    assert token.encode().hex() not in kept[0]


def test_people_see_their_sessions_and_end_them_and_those_of_nobody_else(fresh, browse):
    one, other, ben = browse("ada", fresh), browse("ada", fresh), browse("ben", fresh)
    page = one.get("/sessions", headers={"User-Agent": "Reader/1"}).text
    ids = {row["session_id"]: row["person"] for row in listed(fresh)}
    own = {session for session, person in ids.items() if person == "ada"}
    foreign = next(session for session, person in ids.items() if person == "ben")
    assert len(own) == 2
    assert sum(f"/sessions/{session}/end" in page for session in own) == 1, "this one is ended by signing out"
    assert foreign not in page
    assert one.send(f"/sessions/{foreign}/end", page=page).status_code == 404
    assert there(ben)
    second = next(session for session in own if f"/sessions/{session}/end" in page)
    assert one.send(f"/sessions/{second}/end", page=page).status_code == 303
    assert (there(one), there(other)) == (True, False)
    third = browse("ada", fresh)
    assert one.send("/sessions/others/end", page=one.get("/sessions").text).status_code == 303
    assert (there(one), there(third), there(ben)) == (True, False, True)


def test_administrators_list_and_end_sessions(fresh, browse):
    ada = browse("ada", fresh)
    (row,) = listed(fresh, params={"person": "ada"})
    assert (row["person"], row["role"], row["district"], row["address"]) == ("ada", "planner", None, "127.0.0.1")
    assert listed(fresh, params={"person": "nobody"}) == []
    assert fresh.post(f"sessions/{row['session_id']}/end", "max").json() == {"session_id": row["session_id"]}
    assert not there(ada)
    assert fresh.post(f"sessions/{row['session_id']}/end", "max").status_code == 404
    assert fresh.get("sessions", "oli").status_code == 403


def test_a_session_ends_after_idleness_and_after_its_age(fresh, browse):
    ada, ben = browse("ada", fresh), browse("ben", fresh)
    change(fresh, "UPDATE allocator.session SET seen_at = now() - interval '59 minutes'")
    assert there(ada), "who comes back in time stays"
    change(fresh, "UPDATE allocator.session SET seen_at = now() - interval '61 minutes' WHERE person = 'ben'")
    assert there(ada), "the last visit counts"
    assert not there(ben)
    change(fresh, "UPDATE allocator.session SET made_at = now() - interval '601 minutes' WHERE person = 'ada'")
    assert not there(ada)
    assert listed(fresh) == []


def test_a_page_that_asks_again_by_itself_does_not_keep_a_session(fresh, browse):
    ada = browse("ada", fresh)
    change(fresh, "UPDATE allocator.session SET seen_at = now() - interval '59 minutes'")
    assert ada.get("/inbox/runs", headers={"HX-Request": "true"}).status_code == 200
    seen = "SELECT seen_at < now() - interval '58 minutes' FROM allocator.session"
    assert change(fresh, seen).scalar_one() is True
    assert there(ada)
    assert change(fresh, seen).scalar_one() is False


def test_another_role_or_district_ends_the_sessions_of_a_person(fresh, browse):
    ada, pam, ben = browse("ada", fresh), browse("pam", fresh), browse("ben", fresh)
    assert fresh.post("keys", "max", json={"person": "ada", "role": "viewer"}).status_code == 201
    assert fresh.post("keys", "max", json={"person": "ben", "role": "reviewer"}).status_code == 201
    with transaction(fresh.engine, SYSTEM) as connection:
        make_key(connection, pepper_of(fresh.settings), Principal("pam", Role.PLANNER, NANSHAN), "operator")
    assert (there(ada), there(pam)) == (False, False)
    assert there(ben), "a further key of the same role changes nothing"
    pam = browse("pam", fresh)
    change(fresh, "UPDATE allocator.api_key SET district = :d WHERE person = 'pam'", d=None)
    assert not there(pam)


def test_signing_in_again_ends_the_session_before(fresh, browse):
    ada = browse("ada", fresh)
    first = ada.cookies[COOKIE]
    answer = ada.send("/sign-in", {"key": fresh.keys["pam"]}, page=ada.get("/inbox").text)
    assert answer.status_code == 303
    assert ada.cookies[COOKIE] != first
    assert [(row["person"], row["district"]) for row in listed(fresh)] == [("pam", PINGSHAN)]


def test_a_person_has_so_many_sessions_and_no_more(fresh, browse):
    browsers = [browse("ada", fresh) for _ in range(MOST + 2)]
    assert len(listed(fresh)) == MOST
    assert [there(browser) for browser in browsers] == [False] * 2 + [True] * MOST


@pytest.mark.parametrize(
    ("given", "secure"),
    [
        ({"trusted_proxies": "127.0.0.1"}, True),
        ({"trusted_proxies": "10.0.0.0/8"}, False),
        ({}, False),
        ({"secure_cookies": True}, True),
    ],
    ids=str,
)
def test_cookies_are_for_https_alone_where_a_trusted_proxy_says_so(server, tmp_path, browse, given, secure):
    with desk_on(server, tmp_path, **given) as desk:
        behind = {"X-Forwarded-Proto": "https"}
        answer = browse(None, desk).send("/sign-in", {"key": desk.keys["ada"]}, headers=behind)
        assert ("Secure" in answer.headers["set-cookie"]) is secure
        chosen = browse(None, desk).get("/sign-in", params={"lang": "en"}, headers=behind)
        assert ("Secure" in chosen.headers["set-cookie"]) is secure
