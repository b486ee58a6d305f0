"""Metrics say what the service did, and say so even when its database is away."""

import psycopg
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.engine import make_url

from tests.support.api_client import a_project, desk_on


def told(desk):
    answer = desk.get("/metrics", None)
    assert answer.status_code == 200
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_runs_solves_and_requests_are_counted(server, tmp_path):
    with desk_on(server, tmp_path) as desk:
        before = told(desk)
        assert before["allocator_runs", ("state", "succeeded")] == 0
        assert ("allocator_solve_seconds", ("quantile", "1")) not in before
        assert ("allocator_night_age_seconds",) not in before
        plan = desk.planned("M-1")
        batch = desk.upload([a_project("M-2")]).json()["batch_id"]
        desk.post("runs", json={"batches": [batch], "basis": "nothing"})
        now = told(desk)
        assert now["allocator_runs", ("state", "succeeded")] == 1
        assert now["allocator_runs", ("state", "queued")] == 1
        assert now["allocator_queue_age_seconds",] > 0
        assert now["allocator_solve_seconds", ("quantile", "1")] == plan["wall_s"]
        assert now["allocator_gap", ("quantile", "1")] == max(goal["gap"] or 0 for goal in plan["goals"])
        counted = [
            value
            for name, value in now.items()
            if name[0].endswith("duration_seconds_count") and "/api/v1/runs" in str(name)
        ]
        assert sum(counted) >= 2
        assert "M-1" not in desk.get("/metrics", None).text


def test_without_a_database_the_metrics_say_that_it_is_away(server, tmp_path):
    with desk_on(server, tmp_path) as desk:
        house = desk.app.state.house
        house.engine.dispose()
        desk.ask("ada", "GET", "me")
        name = make_url(desk.url).database
        desk.engine.dispose()
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        house.engine.dispose()
        assert told(desk)["allocator_database_up",] == 0
        assert desk.get("/readyz", None).status_code == 503
        assert desk.get("/healthz", None).status_code == 200
