"""Values that fit no calendar and no number: an answer at every door, never a defect."""

import json

import pytest

from service.i18n.fault_text import chinese
from service.pages.shell.session_cookie import COOKIE
from tests.api.matrix import SURFACES, session_of
from tests.support.api_client import a_project

JSON = {"Content-Type": "application/json"}
DIGITS = (41, 309, 400, 5000)


def a_record(name):
    row = a_project(name)
    parts = {each: row.pop(each) for each in ("component_id", "function", "floor_area_m2", "start_from")}
    return {**row, "components": [parts]}


def with_number(content, number):
    """JSON in which a mark is a number that no program of ours would write."""
    return json.dumps(content).replace('"NUMBER"', number).encode()


def bodies():
    whole = a_record("BIG")
    whole["components"][0]["floor_area_m2"] = "NUMBER"
    yield "/api/v1/batches", {"projects": [whole]}
    yield "/api/v1/recommendations", {"project": whole}
    yield "/ogc/processes/recommend/execution", {"inputs": {"project": whole}}
    for path, wish in (("/api/v1/runs", {}), ("/api/v1/sweeps", {"scenarios": ["scenario-000000000000"]})):
        for name in ("seed", "registry", "max_moves", "time_limit_s", "start_slack_months"):
            yield path, wish | ({"run": {name: "NUMBER"}} if wish else {name: "NUMBER"})
    yield "/ogc/processes/allocate/execution", {"inputs": {"seed": "NUMBER"}}
    yield "/api/v1/scenarios", {"document": {"withdraw": ["NUMBER"], "max_moves": "NUMBER"}}
    yield "/api/v1/studies/dossiers", {"plan_id": "p-000000000000", "places": "NUMBER"}


@pytest.mark.parametrize("digits", DIGITS)
def test_a_number_of_hundreds_of_digits_is_refused_at_every_door(desk, digits):
    tried = 0
    for path, content in bodies():
        for number in ("9" * digits, "-" + "9" * digits, "0." + "9" * digits, f"1e{digits}", f"-1E+{digits}"):
            answer = desk.post(path, content=with_number(content, number), headers=JSON)
            # 0.99… of forty digits is 1 and fine
            least = 200 if number.startswith("0.") else 400
            assert least <= answer.status_code < 500, (path, number[:9], answer.text)
            tried += 1
    assert tried > 60


@pytest.mark.parametrize("digits", DIGITS)
def test_the_same_in_a_file_of_records(desk, digits):
    whole = a_record("BIG")
    whole["components"][0]["floor_area_m2"] = "NUMBER"
    features = [{"type": "Feature", "geometry": None, "properties": {"project_id": "B", "floor_area_m2": "NUMBER"}}]
    cookie, token = session_of(desk, "ada")
    for name, media_type, content in (
        ("batch.json", "application/json", {"projects": [whole]}),
        ("batch.geojson", "application/geo+json", {"type": "FeatureCollection", "features": features}),
    ):
        for number in ("9" * digits, f"1e{digits}"):
            said = with_number(content, number)
            sent = {"file": (name, said, media_type)}
            assert desk.post("batches", files=sent).status_code in {400, 422}
            assert desk.post("batches", content=said, headers={"Content-Type": media_type}).status_code in {400, 422}
            page = desk.ask(
                None,
                "POST",
                "/pages/upload",
                headers={"Cookie": f"{COOKIE}={cookie}"},
                data={"token": token, "once": f"odd-{digits}-{number[:2]}-{name}"},
                files=sent,
            )
            shown = desk.ask(None, "GET", page.headers["Location"], headers={"Cookie": f"{COOKIE}={cookie}"})
            assert shown.status_code == 422, (name, shown.headers, shown.text)
    table = (
        ",".join(a_project("BIG")) + "\n" + ",".join(map(str, a_project("BIG", floor_area_m2="9" * digits).values()))
    )
    assert desk.post("batches", content=table.encode(), headers={"Content-Type": "text/csv"}).status_code == 422


MONTHS = (
    "0000-01",
    "0001-01",
    "1899-12",
    "2200-01",
    "9999-12",
    "2026-00",
    "2026-13",
    "10000-01",
    "-001-01",
    "２０２６-01",
)


@pytest.mark.parametrize("month", MONTHS)
def test_a_month_of_no_calendar_is_refused_at_every_door(desk, month):
    scenario = desk.post("scenarios", json={"document": {"withdraw": []}}).json()["scenario_id"]
    for path, content in (
        ("runs", {"plan_from": month}),
        ("sweeps", {"scenarios": [scenario], "run": {"plan_from": month}}),
        ("studies/moves", {"run": {"plan_from": month}}),
        ("/ogc/processes/allocate/execution", {"inputs": {"plan_from": month}}),
    ):
        answer = desk.post(path, json=content)
        assert answer.status_code == (400 if path.startswith("/ogc") else 422), (path, answer.text)
    for field in ("start_from", "start_until"):
        row = a_project(f"M-{month}", **{field: month})
        answer = desk.upload([row])
        record = a_record(f"MR-{month}")
        record["components"][0][field] = month
        other = desk.post("batches", json={"projects": [record]})
        newcomer = desk.post("recommendations", json={"project": record})
        for each in (answer, other, newcomer):
            assert each.status_code < 500, (field, each.text)
    for query in (f"datetime={month}-01", f"datetime={month}-01/..", f"datetime=../{month}-31T00:00:00Z"):
        assert desk.get(f"/ogc/collections/assignments/items?{query}").status_code < 500, query
    filled = desk.ask(
        None, "GET", "/pages/where", params={"enterprise": "X", "start_from": month}, headers=by_page(desk)
    )
    assert filled.status_code < 500


def by_page(desk):
    cookie, _ = session_of(desk, "ada")
    return {"Cookie": f"{COOKIE}={cookie}"}


def test_every_page_of_a_districts_own_draft_is_an_answer_while_a_plan_is_in_force(fresh):
    standing = fresh.published("P1")
    own = fresh.planned("OWN", person="pam")["plan_id"]
    batch = fresh.get("batches", "pam").json()["items"][0]["batch_id"]
    run = fresh.get("runs", "pam").json()["items"][0]["run_id"]
    facts = {
        "plan_id": own,
        "other_id": standing["plan_id"],
        "project_id": "OWN",
        "feature_id": "OWN.lab",
        "batch_id": batch,
        "run_id": run,
        "job_id": run,
        "park_id": "ns-mdp-1",
        "number": 1,
        "registry": 1,
        "name": "plan.xlsx",
        "local_date": "2026-01-01",
        "key_id": "key-00000000",
        "token": "t" * 32,
        "draft_id": "draft-000000000000",
        "scenario_id": "scenario-000000000000",
        "sweep_id": "sweep-000000000000",
        "study_id": "study-000000000000",
        "process_id": "allocate",
    }
    tried = 0
    for surface in SURFACES:
        for operation in surface.operations(fresh):
            if operation.method != "get" or operation.path.endswith("/events"):
                continue
            for one, other in ((own, standing["plan_id"]), (standing["plan_id"], own)):
                given = {**facts, "plan_id": one, "other_id": other}
                for person in ("pam", "pat"):
                    answer = surface.ask(fresh, person, operation, operation.at(given))
                    assert answer.status_code != 500, (operation, person, answer.text)
                    tried += 1
    assert tried > 200
    cookie, _ = session_of(fresh, "pam")
    review = fresh.ask(None, "GET", f"/pages/plans/{own}/review", headers={"Cookie": f"{COOKIE}={cookie}"})
    assert review.status_code == 200
    assert "变化清单只对全市人员显示" in review.text


MANY = 50_000
NAMES = {f"k{place}": 1 for place in range(MANY)}
HOSTS_OF_FAULTS = (
    ("/api/v1/runs", NAMES),
    ("/api/v1/runs", {"goals": [[{"goal": "none"}] * MANY]}),
    ("/api/v1/sweeps", {"scenarios": ["scenario-000000000000"], "run": NAMES}),
    ("/api/v1/scenarios", NAMES),
    ("/api/v1/scenarios", {"document": NAMES}),
    ("/api/v1/scenarios", {"document": {"withdraw": [1] * MANY}}),
    ("/api/v1/scenarios", {"document": {"add": {"parks": [{"x": 1}] * MANY}}}),
    ("/api/v1/recommendations", {"project": {"project_id": "A", "components": [{"x": 1}] * MANY}}),
    ("/api/v1/recommendations", {"project": {"project_id": "A", **NAMES}}),
    ("/ogc/processes/allocate/execution", NAMES),
    ("/ogc/processes/allocate/execution", {"inputs": NAMES}),
    ("/ogc/processes/allocate/execution", {"outputs": NAMES}),
)


@pytest.mark.parametrize(("path", "content"), HOSTS_OF_FAULTS)
def test_a_body_with_a_host_of_faults_is_answered_shorter_than_it_is(desk, path, content):
    answer = desk.post(path, content=json.dumps(content), headers=JSON)
    assert 400 <= answer.status_code < 500
    assert len(answer.content) < 500_000
    assert answer.json()["detail"]


def test_a_newcomer_of_many_components_is_not_placed_at_once(desk):
    desk.published("STANDING")
    whole = a_record("MANY")
    parts = [{**whole["components"][0], "component_id": f"lab{place}"} for place in range(21)]
    answer = desk.post("recommendations", json={"project": {**whole, "components": parts}})
    assert answer.status_code == 422
    (told,) = answer.json()["errors"]
    assert (told["code"], told["value"], told["message"]) == ("too-large", "21", "has more than 20 components")
    assert chinese(told["message"]) == "超过 20 个组成"
    assert chinese(told["remedy"]) != told["remedy"]


def test_a_few_faults_of_a_body_are_told_one_by_one(desk):
    answer = desk.post("/api/v1/runs", json={f"k{place}": 1 for place in range(7)})
    assert [each["pointer"] for each in answer.json()["errors"]] == [f"#/k{place}" for place in range(7)]


def test_a_scenario_of_a_host_of_unknown_names_tells_the_first(desk):
    desk.post("/api/v1/batches", json=[a_record("KNOWN")])
    document = {"withdraw": [f"Q{place}" for place in range(MANY)]}
    stored = desk.post("/api/v1/scenarios", json={"document": document}).json()["scenario_id"]
    answer = desk.post("/api/v1/runs", json={"scenario_id": stored})
    assert answer.status_code == 422
    assert answer.json()["errors"][-1]["message"] == "has more than 2,000 faults; the others are not listed"
    assert len(answer.content) < 1_500_000
