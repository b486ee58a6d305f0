"""Whose run is next: seconds are shared by people and districts, what waits has a quota, and nights wait for nobody."""

import asyncio
import threading
from collections import Counter

import pytest
from sqlalchemy import func, select, text

from service.database.engine import SYSTEM, transaction
from service.database.tables import sweep
from service.jobs import worker
from service.jobs.context import WorkerContext
from service.jobs.run_attempt import solve_next
from service.repositories import runs
from service.repositories.runs import Retry, RunRecord
from service.repositories.solve_queue import NIGHTS, PEOPLE
from tests.api.matrix import COOKIE, session_of
from tests.support.api_client import NANSHAN, PINGSHAN, Desk, a_project, as_owner, desk_on
from tests.support.clock import DatabaseClock

USUAL_S = 60.0


@pytest.fixture
def timed(server, tmp_path):
    """A desk, and the clock of its database."""
    url = server.database()
    clock = DatabaseClock(as_owner(url))
    desk = Desk(url, tmp_path)
    yield desk, clock
    desk.close()
    clock.close()


def ask(desk, person, time_limit_s, count=1, district=None, kind="plan"):
    """Runs of a person, as a request would queue them."""
    with transaction(desk.engine, SYSTEM) as connection:
        order = RunRecord("", kind, district, 1, {"time_limit_s": time_limit_s}, None)
        return [runs.queue(connection, person, order, "0" * 64, 1) for _ in range(count)]


def take(desk, lane=PEOPLE):
    with transaction(desk.engine, SYSTEM) as connection:
        return runs.claim_next(connection, lane, "somewhere", USUAL_S)


def end(desk, held):
    with transaction(desk.engine, SYSTEM) as connection:
        runs.end(connection, held, "no_plan")


def serve(desk, clock, seconds):
    """One worker for so many seconds, in which every run takes the time that it asked for; the runs, as taken."""
    served, passed = [], 0.0
    while passed < seconds and (held := take(desk)) is not None:
        lasted = held.row["request"]["time_limit_s"]
        clock.forward(seconds=lasted)
        end(desk, held)
        served.append(held.row)
        passed += lasted
    return served


def seconds_by(served, column):
    used = Counter()
    for row in served:
        used[row[column]] += row["request"]["time_limit_s"]
    return used


def test_a_short_run_is_not_behind_fifty_hours_of_another(fresh):
    batches = {who: fresh.upload([a_project(f"{who}-1")], who).json()["batch_id"] for who in ("pam", "ned")}

    def post(who, limit_s):
        asked = fresh.post("runs", who, json={"batches": [batches[who]], "time_limit_s": limit_s})
        assert asked.status_code == 202, asked.text
        return asked.json()["run_id"]

    many = [post("pam", 3600) for _ in range(50)]
    one = post("ned", 1)
    assert take(fresh).run_id == one, "though the other came first and nothing runs"
    assert take(fresh).run_id == many[0]
    again = post("ned", 1)
    assert take(fresh).run_id == again
    assert take(fresh).run_id == many[1], "of one person the oldest"


def test_what_a_worker_does_is_the_run_whose_turn_it_is(fresh):
    batches = {who: fresh.upload([a_project(f"{who}-1")], who).json()["batch_id"] for who in ("pam", "ned")}
    for who, limit_s in (("pam", 30), ("pam", 30), ("ned", 2)):
        fresh.post("runs", who, json={"batches": [batches[who]], "time_limit_s": limit_s})
    done = []
    for _ in range(4):
        solve_next(fresh.works, PEOPLE)
        over = fresh.get("runs", "ada").json()["items"]
        done.append({each["made_by"] for each in over if each["state"] == "succeeded"})
    assert done[0] == {"ned"}
    assert done[1] == done[2] == {"ned", "pam"}
    assert solve_next(fresh.works, PEOPLE) == "nothing waits"


def test_two_who_always_wait_use_the_same_seconds(timed):
    desk, clock = timed
    ask(desk, "long", 3600, 30)
    ask(desk, "short", 120, 600)
    used = seconds_by(serve(desk, clock, 16 * 3600), "made_by")
    assert abs(used["long"] - used["short"]) <= 3 * 3600, used


def test_a_long_run_does_not_wait_for_ever_behind_short_ones(timed):
    desk, clock = timed
    (long,) = ask(desk, "long", 3600)
    waited = 0
    for number in range(400):
        ask(desk, f"passer-by {number}", 60)
        held = take(desk)
        if held.run_id == long:
            break
        clock.forward(seconds=60)
        end(desk, held)
        waited += 60
    assert 0 < waited <= 3600


def test_what_was_used_long_ago_does_not_count(timed):
    desk, clock = timed
    ask(desk, "one", 3600, 3)
    serve(desk, clock, 3 * 3600)
    clock.forward(hours=5)
    (first,), (second,) = ask(desk, "one", 60), ask(desk, "other", 60)
    assert [take(desk).run_id, take(desk).run_id] == [first, second]


def test_three_people_of_one_district_do_not_get_more_than_the_one_of_another(timed):
    desk, clock = timed
    for who in ("a", "b", "c"):
        ask(desk, who, 600, 10, PINGSHAN)
    ask(desk, "d", 600, 30, NANSHAN)
    served = serve(desk, clock, 24 * 600)
    districts, people = seconds_by(served, "district"), seconds_by(served, "made_by")
    assert districts == {PINGSHAN: 12 * 600, NANSHAN: 12 * 600}
    assert {people[who] for who in "abc"} == {4 * 600}, "within a district people have the same"


def test_people_of_no_district_are_counted_one_by_one(timed):
    desk, clock = timed
    for who in ("a", "b"):
        ask(desk, who, 600, 10)
    ask(desk, "c", 600, 10, NANSHAN)
    assert seconds_by(serve(desk, clock, 9 * 600), "made_by") == dict.fromkeys("abc", 3 * 600)


def test_a_failed_attempt_waits_its_pause_whatever_jobs_come(timed):
    desk, clock = timed
    (failed,) = ask(desk, "one", 10)
    held = take(desk)
    with transaction(desk.engine, SYSTEM) as connection:
        runs.record_failed_attempt(connection, held, "a stone in the shoe", Retry(3, 30.0))
    assert take(desk) is None
    (other,) = ask(desk, "one", 10)
    assert take(desk).run_id == other
    clock.forward(seconds=31)
    assert take(desk).run_id == failed


def test_cancelled_runs_leave_their_jobs_and_nothing_comes_of_it(desk):
    kept = ask(desk, "quitter", 10, 3)
    for run_id in kept[:2]:
        with transaction(desk.engine, SYSTEM) as connection:
            runs.cancel(connection, "quitter", run_id)
    assert take(desk).run_id == kept[2]
    assert take(desk) is None


def test_workers_that_choose_at_the_same_moment_take_different_runs(desk):
    asked = ask(desk, "one", 10, 4) + ask(desk, "two", 10, 4)
    gate, taken = threading.Barrier(8), []

    def choose():
        gate.wait()
        taken.append(take(desk).run_id)

    threads = [threading.Thread(target=choose) for _ in asked]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(taken) == sorted(asked)


def test_a_night_has_a_lane_of_its_own(timed):
    desk, _ = timed
    (night,) = ask(desk, "nightly", 600, kind="nightly")
    people = ask(desk, "one", 3600, 5)
    assert [take(desk).run_id for _ in people] == people
    assert take(desk) is None
    assert take(desk, NIGHTS).run_id == night
    assert take(desk, NIGHTS) is None


def test_a_worker_that_is_busy_with_people_begins_a_night_and_the_other_way_round(timed, monkeypatch):
    desk, _ = timed
    ask(desk, "one", 3600)
    begun = {lane: threading.Event() for lane in (PEOPLE, NIGHTS)}
    works = WorkerContext(desk.settings, desk.engine, "both")

    def busy(_works, lane):
        begun[lane].set()
        works.stopping.wait(60)
        return "given back"

    monkeypatch.setattr(worker, "solve_next", busy)
    thread = threading.Thread(target=lambda: asyncio.run(worker._take_all(works, desk.url)))
    thread.start()
    try:
        assert begun[PEOPLE].wait(60)
        ask(desk, "nightly", 600, kind="nightly")
        assert begun[NIGHTS].wait(60), "the night waits for a run of somebody"
    finally:
        works.stopping.set()
        thread.join(60)
    assert not thread.is_alive()


QUOTA = {"queued_runs_per_person": 3, "queued_seconds_per_person": 100.0}


def test_a_person_has_so_many_runs_waiting_and_is_told_the_figure(server, tmp_path):
    with desk_on(server, tmp_path, **QUOTA) as desk:
        batch = desk.upload([a_project("Q-1")]).json()["batch_id"]
        wish = {"batches": [batch], "time_limit_s": 20}
        made = [desk.post("runs", json=wish).json()["run_id"] for _ in range(3)]
        refused = desk.post("runs", json=wish)
        assert (refused.status_code, refused.json()["type"]) == (429, "urn:allocator:problem:queue-full")
        assert refused.json()["errors"][0]["message"] == "you have 3 runs waiting, which is as many as may wait"
        assert 10 <= int(refused.headers["Retry-After"]) <= 3600
        assert desk.ask("ada", "POST", "/ogc/processes/allocate/execution", json={"inputs": wish}).status_code == 429
        assert len(desk.get("runs").json()["items"]) == 3, "nothing was stored"
        assert desk.post("runs", "max", json=wish).status_code == 202, "another person has a quota of its own"
        desk.post(f"runs/{made[0]}/cancel")
        assert desk.post("runs", json=wish).status_code == 202


def test_a_person_has_so_many_seconds_waiting(server, tmp_path):
    with desk_on(server, tmp_path, **QUOTA) as desk:
        plan_id = desk.planned("S-1", "S-2", "S-3", "S-4", "S-5", "S-6")["plan_id"]
        batch = desk.get("batches").json()["items"][0]["batch_id"]
        assert desk.post("runs", json={"batches": [batch], "time_limit_s": 60}).status_code == 202
        refused = desk.post("runs", json={"batches": [batch], "time_limit_s": 41})
        message = "you have 101 seconds of runs waiting with this, and at most 100 may"
        assert (refused.status_code, refused.json()["errors"][0]["message"]) == (429, message)
        whole = {"plan_id": plan_id, "places": 1}
        assert desk.post("studies/dossiers", json={**whole, "time_limit_s": 10}).status_code == 429
        assert desk.get("studies").json()["items"] == [], "a study is queued whole or not at all"
        assert desk.post("studies/dossiers", json={**whole, "time_limit_s": 5}).status_code == 202, "parts are not runs"
        scenario = desk.post("scenarios", json={"document": {"withdraw": []}}).json()["scenario_id"]
        wish = {"scenarios": [scenario], "with_none": True, "run": {"batches": [batch], "time_limit_s": 10}}
        assert desk.post("sweeps", json=wish).status_code == 429
        with transaction(desk.engine, SYSTEM) as connection:
            sweeps = select(func.count()).select_from(sweep).where(sweep.c.kind == "scenarios")
            assert connection.execute(sweeps).scalar_one() == 0


def test_a_district_has_three_times_as_much(server, tmp_path):
    with desk_on(server, tmp_path, **QUOTA) as desk:
        batch = desk.upload([a_project("D-1")], "pam").json()["batch_id"]
        ask(desk, "others of the district", 30, 9, PINGSHAN)
        refused = desk.post("runs", "pam", json={"batches": [batch], "time_limit_s": 1})
        message = "your district has 9 runs waiting, which is as many as may wait"
        assert (refused.status_code, refused.json()["errors"][0]["message"]) == (429, message)
        other = desk.upload([a_project("D-2")], "ned").json()["batch_id"]
        assert desk.post("runs", "ned", json={"batches": [other], "time_limit_s": 1}).status_code == 202


def test_people_who_ask_at_the_same_moment_do_not_pass_their_quota(server, tmp_path):
    with desk_on(server, tmp_path, **QUOTA) as desk:
        batch = desk.upload([a_project("R-1")]).json()["batch_id"]
        statuses = []

        def post():
            statuses.append(desk.post("runs", json={"batches": [batch], "time_limit_s": 1}).status_code)

        threads = [threading.Thread(target=post) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert Counter(statuses) == {202: 3, 429: 5}


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ["已有太多求解在排队", "您已有 3 个求解在排队，达到上限", "请等待部分完成"]),
        ("en", ["Too many runs are waiting already", "you have 3 runs waiting", "Wait until some are done"]),
    ],
)
def test_the_page_names_the_figure(server, tmp_path, lang, words):
    with desk_on(server, tmp_path, **QUOTA) as desk:
        batch = desk.upload([a_project("P-1")]).json()["batch_id"]
        for _ in range(3):
            desk.post("runs", json={"batches": [batch], "time_limit_s": 1})
        cookie, token = session_of(desk, "ada")
        sent = {"token": token, "once": "one", "time_limit": "1"}
        headers = {"Cookie": f"{COOKIE}={cookie}"}
        page = desk.ask(None, "POST", f"/pages/batches/{batch}/solve?lang={lang}", data=sent, headers=headers)
        assert page.status_code == 429
        assert int(page.headers["Retry-After"]) >= 10
        assert all(each in page.text for each in words), page.text


def test_jobs_that_are_lost_are_made_again_as_many_as_runs_wait(desk):
    waiting = ask(desk, "lost", 10, 3) + ask(desk, "nightly", 10, 1, kind="nightly")
    with desk.owner.begin() as connection:
        connection.execute(text("DELETE FROM procrastinate_jobs"))
        connection.execute(text("UPDATE allocator.run SET made_at = now() - interval '1 minute'"))
        connection.execute(
            text("UPDATE allocator.run SET state = 'cancelled', finished_at = now() WHERE NOT run_id = ANY(:waiting)"),
            {"waiting": waiting},
        )
    assert sorted(worker.reclaim_stalled_runs(desk.works)) == sorted(waiting)
    assert worker.reclaim_stalled_runs(desk.works) == []
