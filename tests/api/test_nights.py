"""Nights: few worthwhile changes, proposed and never published; once a night, whatever the clock."""

import os
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sqlalchemy import func, select, text
from standardwebhooks import Webhook

from service.application.planning import nightly_replan
from service.database.engine import SYSTEM, transaction
from service.database.tables import night, plan
from service.jobs import run_attempt
from service.jobs.notifications import send_due
from service.jobs.worker import begin_night, reclaim_stalled_runs
from service.repositories import runs
from service.repositories.solve_queue import NIGHTS
from tests.api.matrix import COOKIE, session_of
from tests.support.api_client import desk_on, settings_for
from tests.support.new_supply import new_park, new_space

SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = datetime(2026, 9, 20, 18, 5, tzinfo=UTC)  # 02:05 of the 21st in Shenzhen


def night_of(desk, now=NOW):
    run_id = begin_night(desk.works, now, "system")
    if run_id is not None:
        desk.solve(run_id)
    return desk.get("nights").json()["items"][0]


def test_two_withdrawals_and_a_new_park_become_a_proposal_that_another_person_approves(fresh):
    names = [f"N{number}" for number in range(6)]
    published = fresh.published(*names)
    batch_id = fresh.get("batches").json()["items"][0]["batch_id"]
    gone = fresh.post(f"batches/{batch_id}/withdraw", json={"projects": names[:2]})
    assert gone.json()["withdrawn"] == names[:2]
    current = fresh.get("registries/current")
    change = {"note": "a new park", "put": {"parks": [new_park()], "spaces": [new_space()]}}
    header = {"If-Match": current.headers["ETag"]}
    stored = fresh.post(f"registries/{current.json()['number']}/changes", "oli", json=change, headers=header)
    assert stored.status_code == 201, stored.text

    found = night_of(fresh)
    assert found["state"] == "proposed"
    report = found["report"]
    assert {each["project_id"] for each in report["departures"]} == set(names[:2])
    assert all(each["withdrawn"] for each in report["departures"])
    assert len(report["moves"]) <= fresh.settings.nightly_moves
    assert report["basis_plan"] == published["plan_id"]
    proposed = fresh.get(f"plans/{found['plan_id']}").json()
    assert (proposed["state"], proposed["proposed_by"], proposed["registry"]) == ("proposed", "nightly", 2)
    assert fresh.get("plans/published").json()["plan_id"] == published["plan_id"], "a night publishes nothing"
    for verb, person in (("approve", "ben"), ("publish", "eva")):
        assert fresh.step(found["plan_id"], verb, person).status_code == 200
    now = fresh.get("plans/published").json()
    assert {each["project_id"] for each in now["assignments"]} == set(names[2:])
    words = fresh.get(f"nights/{found['local_date']}/report").text
    assert "withdrawn N0" in words
    assert fresh.get("nights", "pam").json() == {"items": []}


def test_every_move_gains_more_than_its_price(fresh):
    published = fresh.published(*(f"M{number}" for number in range(4)))
    current = fresh.get("registries/current")
    header = {"If-Match": current.headers["ETag"]}
    change = {"put": {"parks": [new_park()], "spaces": [new_space()]}}
    fresh.post(f"registries/{current.json()['number']}/changes", "oli", json=change, headers=header)
    found = night_of(fresh)
    for move in (found["report"] or {}).get("moves", ()):
        gains = move["gains"]
        assert gains is None or gains["value"] + gains["policy-fit"] > move["price"], move
    assert found["state"] in {"proposed", "nothing"}
    assert published["state"] == "published"


def test_a_night_without_change_says_so_and_proposes_nothing(fresh):
    fresh.published("Q1", "Q2")
    found = night_of(fresh)
    assert found["state"] == "nothing"
    assert found["report"]["sentence_en"] == "Nothing worth changing."
    assert fresh.get(f"plans/{found['plan_id']}").json()["state"] == "draft"


def test_a_night_without_a_published_plan_is_idle(fresh):
    assert night_of(fresh)["state"] == "idle"
    assert fresh.post("nights", "ada").status_code == 403
    asked = fresh.post("nights", "oli")
    assert (asked.status_code, asked.json()["state"]) == (200, "idle")
    assert asked.json()["report"] == {"sentence_en": "No plan is published.", "sentence_zh": "尚无已发布方案。"}


WITH_RESULT = {"nothing", "proposed"}
"""How a night ends that has run."""


def begin_by_hand(desk):
    answer = desk.post("nights", "oli")
    return answer.status_code, answer.json()


def test_a_night_that_had_no_plan_to_start_from_is_begun_again_once_there_is_one(fresh):
    status, first = begin_by_hand(fresh)
    assert (status, first["state"], first["run_id"]) == (200, "idle", None)
    fresh.published("B1")
    assert begin_night(fresh.works, None, "system") is None, "the clock does not come back"
    status, again = begin_by_hand(fresh)
    assert (status, again["state"], again["local_date"]) == (202, "running", first["local_date"])
    assert (again["started_by"], again["report"], again["finished_at"]) == ("oli", None, None)
    assert begin_by_hand(fresh) == (202, again), "one that runs is not begun twice"
    fresh.solve(again["run_id"])
    status, over = begin_by_hand(fresh)
    assert (status, over["run_id"]) == (200, again["run_id"])
    assert over["state"] in WITH_RESULT
    assert begin_by_hand(fresh) == (200, over), "one that has its result is not begun anew"
    assert len(fresh.get("nights").json()["items"]) == 1


def by_night(desk, begun):
    return desk.post(f"nights/{begun['local_date']}/cancel", "oli")


def by_run(desk, begun):
    return desk.post(f"runs/{begun['run_id']}/cancel?keep=true", "max")


def by_run_without_plan(desk, begun):
    return desk.post(f"runs/{begun['run_id']}/cancel?keep=false", "max")


def by_job(desk, begun):
    return desk.ask("max", "DELETE", f"/ogc/jobs/{begun['run_id']}")


@pytest.mark.parametrize("cancel", [by_night, by_run, by_run_without_plan, by_job])
def test_a_night_that_was_cancelled_while_it_waited_is_over_and_can_be_begun_again(fresh, cancel):
    fresh.published("C1")
    _, first = begin_by_hand(fresh)
    assert cancel(fresh, first).status_code in {200, 202}
    over = fresh.get(f"nights/{first['local_date']}").json()
    assert (over["state"], over["finished_at"] is None, over["plan_id"]) == ("cancelled", False, None)
    assert "cancelled by" in over["report"]["reason"]
    assert by_night(fresh, first).status_code == 409
    assert begin_night(fresh.works, None, "system") is None, "only a person begins it again"
    status, again = begin_by_hand(fresh)
    assert (status, again["state"]) == (202, "running")
    assert again["run_id"] != first["run_id"]
    fresh.solve(again["run_id"])
    assert fresh.get("nights").json()["items"][0]["state"] in WITH_RESULT


def test_a_night_that_was_cancelled_while_it_ran_ends_without_a_plan(fresh):
    fresh.published("C2")
    _, first = begin_by_hand(fresh)
    with transaction(fresh.engine, SYSTEM) as connection:
        held = runs.claim(connection, first["run_id"], "elsewhere")
    asked = by_night(fresh, first)
    assert (asked.status_code, asked.json()["state"]) == (202, "running")
    with transaction(fresh.engine, SYSTEM) as connection:
        assert runs.heartbeat(connection, held, None) == "drop"
        runs.end(connection, held, "cancelled", "cancelled on request")
    over = fresh.get(f"nights/{first['local_date']}").json()
    assert (over["state"], over["report"]) == ("cancelled", {"reason": "cancelled on request"})
    assert over["finished_at"] is not None
    status, again = begin_by_hand(fresh)
    assert (status, again["state"]) == (202, "running")


def test_a_night_is_cancelled_by_those_who_may_begin_one(fresh):
    fresh.published("C3")
    _, begun = begin_by_hand(fresh)
    for person in ("ada", "ben", "vic", "pam"):
        assert fresh.post(f"nights/{begun['local_date']}/cancel", person).status_code == 403, person
    for person in ("ada", "pam"):
        assert fresh.post(f"runs/{begun['run_id']}/cancel", person).status_code in {403, 404}, person
        assert fresh.ask(person, "DELETE", f"/ogc/jobs/{begun['run_id']}").status_code in {403, 404}, person
    assert fresh.get(f"nights/{begun['local_date']}").json()["state"] == "running"
    assert fresh.post("nights/2020-01-01/cancel", "oli").status_code == 404


@pytest.mark.parametrize(
    ("lang", "button", "state"), [("zh", "取消本次夜间优化", "已取消"), ("en", "Cancel this night", "cancelled")]
)
def test_the_page_of_a_night_cancels_it(fresh, lang, button, state):
    fresh.published("C4")
    _, begun = begin_by_hand(fresh)
    path = f"/pages/nights/{begun['local_date']}"
    for person, shown in (("ada", False), ("oli", True)):
        cookie, token = session_of(fresh, person)
        headers = {"Cookie": f"{COOKIE}={cookie}"}
        assert (button in fresh.ask(None, "GET", f"{path}?lang={lang}", headers=headers).text) is shown, person
        run = fresh.ask(None, "GET", f"/pages/runs/{begun['run_id']}?lang={lang}", headers=headers).text
        assert 'name="keep"' not in run
    sent = {"token": token, "once": "one"}
    assert fresh.ask(None, "POST", f"{path}/cancel", data=sent, headers=headers).status_code == 303
    page = fresh.ask(None, "GET", f"{path}?lang={lang}", headers=headers).text
    assert state in page
    assert button not in page


def test_a_night_whose_workers_die_until_it_is_put_aside_is_over_and_can_be_begun_again(fresh):
    fresh.published("X1")
    _, first = begin_by_hand(fresh)
    for _ in range(fresh.settings.max_attempts):
        with transaction(fresh.engine, SYSTEM) as connection:
            connection.execute(text("UPDATE allocator.run SET not_before = NULL"))
            assert runs.claim_next(connection, NIGHTS, "dies", 5.0) is not None
            connection.execute(text("UPDATE allocator.run SET heartbeat_at = now() - interval '1 hour'"))
        assert reclaim_stalled_runs(fresh.works) == [first["run_id"]]
    failed = fresh.get("nights").json()["items"][0]
    assert (failed["state"], failed["finished_at"] is None) == ("failed", False)
    assert "its worker fell silent" in failed["report"]["reason"]
    status, again = begin_by_hand(fresh)
    assert (status, again["local_date"]) == (202, first["local_date"])


def test_a_night_whose_run_failed_can_be_begun_again(fresh, monkeypatch):
    fresh.published("F1")
    _, first = begin_by_hand(fresh)
    with monkeypatch.context() as patched:

        def broken(*_given, **_wishes):
            raise RuntimeError("a stone in the shoe")

        patched.setattr(run_attempt, "run", broken)
        for _ in range(fresh.settings.max_attempts):
            fresh.solve(first["run_id"])
    failed = fresh.get("nights").json()["items"][0]
    assert failed["state"] == "failed"
    assert "a stone in the shoe" in failed["report"]["reason"]
    status, again = begin_by_hand(fresh)
    assert (status, again["state"], again["report"]) == (202, "running", None)
    fresh.solve(again["run_id"])
    assert fresh.get("nights").json()["items"][0]["state"] in WITH_RESULT


def test_people_who_begin_a_night_again_at_the_same_moment_begin_one(fresh):
    begin_by_hand(fresh)
    fresh.published("G1")
    with ThreadPoolExecutor(4) as several:
        found = [each.result() for each in [several.submit(begin_by_hand, fresh) for _ in range(4)]]
    assert {status for status, _ in found} == {202}
    assert len({each["run_id"] for _, each in found}) == 1


def test_one_night_begins_once_whoever_asks_and_how_often(fresh):
    fresh.published("O1")
    gate = threading.Barrier(6)
    begun = []

    def begin():
        gate.wait()
        begun.append(begin_night(fresh.works, NOW, "system"))

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([run_id for run_id in begun if run_id]) == 1


ZONES = (
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
)


SIMULATED = int(os.environ.get("ALLOCATOR_NIGHTS", "40"))
"""Nights from each of the two days after which clocks are put forward or back; 480 over all zones, more on request."""


@pytest.mark.parametrize("month", [3, 10], ids=["spring", "autumn"])
@pytest.mark.parametrize("zone", ZONES)
def test_two_schedulers_and_jumping_clocks_miss_and_double_no_night(server, tmp_path, zone, month):
    draw = random.Random(zone)
    with desk_on(server, tmp_path, time_zone=zone, nightly_at=time(2, 30)) as desk:
        first = datetime(2026, month, 1, 12, tzinfo=UTC)
        with transaction(desk.engine, SYSTEM) as connection:
            for hour in range(0, 24 * SIMULATED, 2):
                now = first + timedelta(hours=hour)
                for _ in range(2):
                    seen = now + timedelta(minutes=draw.choice((-119, -61, -3, 0, 0, 0, 3, 61, 119)))
                    nightly_replan.begin(
                        connection, desk.settings, nightly_replan.due(desk.settings, max(seen, first)), "system"
                    )
            days = connection.execute(select(night.c.local_date).order_by(night.c.local_date)).scalars().all()
            states = connection.execute(select(night.c.state, func.count()).group_by(night.c.state)).all()
    assert len(days) - SIMULATED in {0, 1, 2}
    assert days == [days[0] + timedelta(days=number) for number in range(len(days))], "a night is missing or doubled"
    assert [tuple(each) for each in states] == [("idle", len(days))]


@pytest.mark.parametrize("zone", ZONES)
def test_a_night_is_due_from_its_local_time_on(tmp_path, zone):
    settings = settings_for(tmp_path, time_zone=zone, nightly_at=time(2, 30))
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    last = nightly_replan.due(settings, moment)
    for _ in range(400 * 24 * 2):
        moment += timedelta(minutes=30)
        now = nightly_replan.due(settings, moment)
        local = moment.astimezone(settings.zone)
        assert now in {last, last + timedelta(days=1)}, "a night is left out, or comes again"
        assert now <= local.date()
        assert now == local.date() or local.time() < time(3, 31), "a night is late"
        last = now


def test_after_three_days_of_silence_one_night_is_caught_up(fresh):
    fresh.published("S1")
    night_of(fresh, NOW)
    night_of(fresh, NOW + timedelta(days=4))
    night_of(fresh, NOW + timedelta(days=4, hours=1))
    found = [each["local_date"] for each in fresh.get("nights").json()["items"]]
    assert found == [date(2026, 9, 25).isoformat(), date(2026, 9, 21).isoformat()]


class _Receiver(BaseHTTPRequestHandler):
    got: list = []  # noqa: RUF012  one receiver a test
    refuse = 1

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        type(self).got.append((dict(self.headers.items()), body))
        self.send_response(500 if len(type(self).got) <= type(self).refuse else 204)
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


def test_a_report_is_sent_signed_until_it_arrives_and_left_as_a_mail(server, tmp_path):
    receiver = HTTPServer(("127.0.0.1", 0), _Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    given = {
        "webhook_url": f"http://127.0.0.1:{receiver.server_port}/hook",
        "webhook_secret": SECRET,
        "mail_dir": tmp_path / "mails",
        "mail_to": "planning@example.org, review@example.org",
    }
    with desk_on(server, tmp_path, **given) as desk:
        desk.published("W1")
        night_of(desk)
        assert send_due(desk.works) == 1
        with transaction(desk.engine, SYSTEM) as connection:
            connection.execute(text("UPDATE allocator.notice SET next_at = now()"))
        assert send_due(desk.works) == 1
        assert send_due(desk.works) == 0
        with transaction(desk.engine, SYSTEM) as connection:
            assert connection.execute(select(func.count()).select_from(plan)).scalar_one() == 2
    receiver.shutdown()
    receiver.server_close()
    assert len(_Receiver.got) == 2
    headers, body = _Receiver.got[-1]
    said = Webhook(SECRET).verify(body, {name.lower(): value for name, value in headers.items()})
    assert said["report"]["sentence_en"] == "Nothing worth changing."
    assert _Receiver.got[0][0]["webhook-id"] == headers["webhook-id"], "repetitions have the same id"
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(SECRET).verify(body + b" ", {name.lower(): value for name, value in headers.items()})
    (mail,) = (tmp_path / "mails").glob("*.eml")
    assert "planning@example.org, review@example.org" in mail.read_text(encoding="utf-8")
