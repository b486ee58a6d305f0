"""Security events and the access log: what attackers and people leave behind, and how little a flood does."""

import logging
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from structlog.testing import capture_logs

from service.i18n.catalogues import keys
from service.identity.security_events import AUDITED, EVENTS, MOST, SecurityEvents
from tests.support.api_client import a_project, desk_on


@pytest.fixture(autouse=True)
def heard(monkeypatch):
    """Everything is logged, whatever a test before asked for."""
    monkeypatch.setattr(logging.getLogger(), "level", logging.DEBUG)


def events(logs, name):
    return [each for each in logs if each["event"] == name]


def audited(desk, action):
    desk.app.state.house.events.write()
    return [each for each in desk.get("audit", "max").json()["items"] if each["action"] == action]


def test_wrong_keys_are_told_once_and_counted_and_are_no_entries_of_the_audit(fresh):
    before = fresh.get("audit/check", "max").json()["entries"]
    with capture_logs() as logs:
        for number in range(20):
            assert fresh.ask(None, "GET", "me", headers={"X-API-Key": f"dak_wrong{number}"}).status_code == 401
        fresh.app.state.house.events.close(0)
    first, then = events(logs, "key.refused")
    assert (first["address"], first["person"], first["log_level"]) == ("127.0.0.1", "", "warning")
    assert then["repeats"] == 19
    assert "dak_" not in str(logs)
    fresh.app.state.house.events.write()
    assert fresh.get("audit/check", "max").json()["entries"] == before


def test_a_revoked_key_is_named_in_the_log_and_the_audit(fresh):
    key = next(each for each in fresh.get("keys", "max").json()["items"] if each["person"] == "vic")["key_id"]
    with capture_logs() as logs:
        assert fresh.post(f"keys/{key}/revoke", "max").status_code == 200
        for _ in range(5):
            assert fresh.get("me", "vic").status_code == 401
        assert fresh.post("/pages/sign-in", None, data={"key": fresh.keys["vic"]}).status_code == 403
    assert [each["subject"] for each in events(logs, "key.revoked")] == [f"key/{key}"]
    assert [each["subject"] for each in events(logs, "key.refused")] == [f"key/{key}"]
    for action in ("key.refused", "sign-in.refused"):
        (entry,) = audited(fresh, action)
        assert (entry["person"], entry["subject"]) == ("vic", f"key/{key}")
    fresh.app.state.house.events.close(0)
    assert sorted(each["detail"].get("repeats", 0) for each in audited(fresh, "key.refused")) == [0, 4]
    assert fresh.get("audit/check", "max").json()["holds"]


def test_refused_rights_are_told_with_person_and_route(fresh):
    with capture_logs() as logs:
        for _ in range(20):
            assert fresh.get("audit", "vic").status_code == 403
        assert fresh.get("/ogc/jobs", "vic").status_code == 200
        assert fresh.ask("vic", "DELETE", "/ogc/jobs/run-0").status_code == 403
    (told,) = events(logs, "right.refused")
    assert (told["person"], told["method"], told["route"]) == ("vic", "GET", "/api/v1/audit")
    assert len(audited(fresh, "right.refused")) == 1
    fresh.app.state.house.events.close(0)
    assert max(each["detail"].get("repeats", 0) for each in audited(fresh, "right.refused")) == 20


def test_sign_ins_forged_forms_and_sign_outs_are_told(fresh):
    with capture_logs() as logs:
        entered = fresh.post("/pages/sign-in", None, data={"key": fresh.keys["ada"]})
        cookie = {"Cookie": f"allocator_session={entered.cookies['allocator_session']}"}
        assert fresh.post("/pages/sign-out", None, headers=cookie).status_code == 403
    (begun,) = events(logs, "session.begun")
    assert begun["person"] == "ada"
    assert [each["person"] for each in events(logs, "form.refused")] == ["ada"]
    assert len(audited(fresh, "session.begin")) == len(audited(fresh, "form.refused")) == 1


def test_files_of_plans_that_people_fetch_are_in_the_audit(fresh):
    plan_id = fresh.planned("E1")["plan_id"]
    for name in ("plan.json", "plan.json", "plan.xlsx"):
        assert fresh.get(f"plans/{plan_id}/exports/{name}").status_code == 200
    entries = audited(fresh, "data.exported")
    assert sorted(each["subject"] for each in entries) == [f"plan/{plan_id}/plan.{one}" for one in ("json", "xlsx")]
    assert {each["person"] for each in entries} == {"ada"}


def test_limits_that_are_hit_are_told_once_a_person(server, tmp_path):
    with desk_on(server, tmp_path, requests_per_minute=5) as desk, capture_logs() as logs:
        codes = [desk.get("me").status_code for _ in range(40)]
        assert codes.count(429) == 35
        (told,) = events(logs, "limit.hit")
        assert told["person"] == "ada"


def test_a_key_that_is_made_is_told_without_the_key(fresh):
    with capture_logs() as logs:
        made = fresh.post("keys", "max", json={"person": "zoe", "role": "viewer"}).json()
    assert [each["subject"] for each in events(logs, "key.made")] == [f"key/{made['key_id']}"]
    assert made["key"] not in str(logs)


def test_strangers_fill_neither_the_memory_nor_the_audit():
    nowhere = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    told = SecurityEvents(nowhere)
    with capture_logs() as logs:
        for number in range(5 * MOST):
            told.tell("key.refused", address=f"10.0.{number // 256}.{number % 256}")
        assert len(logs) == MOST + 1, "all further ones are counted together"
        told.close(0)
        assert sum(each.get("repeats", 0) for each in logs) == 4 * MOST - 1
    assert told._open == {}
    assert told._entries == []
    told.write()


def test_entries_wait_while_the_database_is_away():
    told = SecurityEvents(create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none"))
    told.tell("right.refused", "vic", address="127.0.0.1")
    with capture_logs() as logs:
        told.write()
    assert [each["event"] for each in logs] == ["the audit waits for the database"]
    assert [entry[:2] for entry in told._entries] == [("vic", "right.refused")]


def test_every_event_has_a_name_that_is_documented_and_words_for_the_audit():
    page = Path("docs/how-to/keep-the-service.md").read_text(encoding="utf-8")
    assert [name for name in EVENTS if f"`{name}`" not in page] == []
    assert set(AUDITED) <= keys("audit_actions")
    with pytest.raises(KeyError):
        SecurityEvents(create_engine("sqlite://")).tell("something.else")


def test_the_access_log_has_a_line_for_every_request_and_no_secret(fresh):
    batch = fresh.upload([a_project("L1")]).json()["batch_id"]
    with capture_logs() as logs:
        fresh.get(f"batches/{batch}")
        fresh.get("audit?person=x", "max")
        fresh.get("/ogc/collections/parks/items?limit=1&bbox=1,2,3,4", "vic")
        fresh.get("/pages/sign-in?next=/pages/secret-place", None)
        fresh.get("nothing/there?token=abc", None)
        fresh.get("me", None)
        fresh.get("/healthz", None)
    lines = events(logs, "request")
    told = [(each["method"], each["route"], each["status"], each["person"]) for each in lines]
    assert told == [
        ("GET", "/api/v1/batches/{batch_id}", 200, "ada"),
        ("GET", "/api/v1/audit", 422, "max"),
        ("GET", "/ogc/collections/parks/items", 200, "vic"),
        ("GET", "/pages/sign-in", 200, ""),
        ("GET", "", 404, ""),
        ("GET", "/api/v1/me", 401, ""),
        ("GET", "/healthz", 200, ""),
    ]
    assert {each["log_level"] for each in lines} == {"info", "debug"}
    assert all(each["ms"] >= 0 and each["address"] == "127.0.0.1" for each in lines)
    assert not any(word in str(lines) for word in ("dak_", "secret-place", "token=abc", batch, "bbox"))


def test_the_access_log_can_be_switched_off(server, tmp_path):
    with desk_on(server, tmp_path, access_log=False) as desk, capture_logs() as logs:
        assert desk.get("me").status_code == 200
        assert events(logs, "request") == []
