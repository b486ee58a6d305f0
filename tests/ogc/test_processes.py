"""Processes: a job from its execution to its results, dismissal, refusals, rights; and the same operation once."""

import pytest

from tests.support.api_client import a_project

EXCEPTIONS = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"


def execute(desk, process, inputs, person="ada", **given):
    return desk.ask(person, "POST", f"/ogc/processes/{process}/execution", json={"inputs": inputs}, **given)


def newcomer(name):
    row = a_project(name)
    part = {key: row.pop(key) for key in ("component_id", "function", "floor_area_m2", "start_from")}
    return {**row, "components": [part]}


def walked(desk, href, what):
    """Everything that the pages from here on list, and the length of each."""
    found, lengths = [], []
    while href:
        page = desk.get(href.removeprefix("http://test")).json()
        found += [each["id" if what == "processes" else "jobID"] for each in page[what]]
        lengths.append(len(page[what]))
        href = next((each["href"] for each in page["links"] if each["rel"] == "next"), None)
    return found, lengths


def test_the_list_of_processes_comes_in_pages(desk):
    every = [each["id"] for each in desk.get("/ogc/processes").json()["processes"]]
    assert every == ["allocate", "recommend"]
    assert walked(desk, "/ogc/processes?limit=1", "processes") == (every, [1, 1])
    assert walked(desk, "/ogc/processes?limit=2", "processes") == (every, [2])
    assert walked(desk, "/ogc/processes?limit=100000&f=json", "processes") == (every, [2])
    second = desk.get("/ogc/processes?limit=1&offset=1").json()
    assert [each["id"] for each in second["processes"]] == ["recommend"]
    assert [each["rel"] for each in second["links"]] == ["self", "prev"]
    assert desk.get("/ogc/processes?offset=9").json()["processes"] == []
    for wrong in ("limit=0", "limit=-1", "limit=x", "limit=", "offset=-1", "page=1"):
        assert desk.get(f"/ogc/processes?{wrong}").status_code == 400, wrong


def test_the_list_of_jobs_comes_in_pages(desk):
    batch = desk.upload([a_project("L-1")]).json()["batch_id"]
    for _ in range(3):
        assert execute(desk, "allocate", {"batches": [batch], "basis": "nothing"}).status_code == 201
    every = [each["jobID"] for each in desk.get("/ogc/jobs?status=accepted").json()["jobs"]]
    assert len(every) >= 3
    found, lengths = walked(desk, "/ogc/jobs?status=accepted&limit=2", "jobs")
    assert found == every
    assert set(lengths[:-1]) == {2}
    for job in every:
        desk.ask("ada", "DELETE", f"/ogc/jobs/{job}")


def test_a_job_goes_from_its_execution_to_its_results(desk):
    batch = desk.upload([a_project("J-1")]).json()["batch_id"]
    made = execute(desk, "allocate", {"batches": [batch], "basis": "nothing", "name": "by OGC"})
    assert made.status_code == 201, made.text
    job = made.json()
    assert made.headers["Location"] == f"http://test/ogc/jobs/{job['jobID']}"
    assert (job["status"], job["processID"], job["type"]) == ("accepted", "allocate", "process")
    path = f"/ogc/jobs/{job['jobID']}"
    early = desk.get(f"{path}/results")
    assert (early.status_code, early.json()["type"]) == (404, f"{EXCEPTIONS}/result-not-ready")
    assert job["jobID"] in {each["jobID"] for each in desk.get("/ogc/jobs?status=accepted").json()["jobs"]}
    desk.solve(job["jobID"])
    done = desk.get(path).json()
    assert done["status"] == "successful"
    assert done["created"] <= done["started"] <= done["finished"]
    results = desk.get(f"{path}/results").json()
    plan = results["plan"]["value"]
    assert (plan["name"], plan["state"], plan["verification"]["breaches"]) == ("by OGC", "draft", 0)
    for name, count in (("assignments", plan["placed"]), ("unplaced", plan["waiting"])):
        found = desk.get(results[name]["href"].removeprefix("http://test"))
        assert found.json()["numberMatched"] == count
    over = desk.ask("ada", "DELETE", path)
    assert over.status_code == 409
    assert desk.get(path).json() == done


def test_a_waiting_job_is_dismissed_once_and_for_all(desk):
    batch = desk.upload([a_project("J-2")]).json()["batch_id"]
    job = execute(desk, "allocate", {"batches": [batch], "basis": "nothing"}).json()["jobID"]
    for _ in range(2):
        gone = desk.ask("ada", "DELETE", f"/ogc/jobs/{job}")
        assert (gone.status_code, gone.json()["status"]) == (200, "dismissed")
    assert desk.get(f"runs/{job}").json()["state"] == "cancelled"
    failed = desk.get(f"/ogc/jobs/{job}/results")
    assert failed.status_code == 404
    assert "cancelled" in failed.json()["detail"]


def test_a_recommendation_is_that_of_the_service(desk):
    same = desk.post("recommendations", json={"project": newcomer("N-1"), "most": 3}).json()
    assert same["suggestions"]
    for project in (newcomer("N-1"), {"value": newcomer("N-1"), "mediaType": "application/json"}):
        answer = execute(desk, "recommend", {"project": project, "most": 3})
        assert answer.json() == {"recommendation": {"value": same}}
    raw = {"inputs": {"project": newcomer("N-1"), "most": 3}, "response": "raw", "outputs": {"recommendation": {}}}
    assert desk.post("/ogc/processes/recommend/execution", json=raw).json() == same


def test_the_same_key_makes_one_job_and_no_key_makes_another_each_time(desk):
    batch = desk.upload([a_project("J-3")]).json()["batch_id"]
    inputs = {"batches": [batch], "basis": "nothing"}
    again = {execute(desk, "allocate", inputs, headers={"Idempotency-Key": "one"}).json()["jobID"] for _ in range(3)}
    assert len(again) == 1
    bare = {"X-API-Key": desk.keys["ada"]}
    path = "/ogc/processes/allocate/execution"
    fresh = {desk._portal.call(_post, desk._client, path, bare, inputs) for _ in range(2)}
    assert len(fresh | again) == 3


async def _post(client, path, headers, inputs):
    return (await client.post(path, headers=headers, json={"inputs": inputs})).json()["jobID"]


@pytest.mark.parametrize(
    ("process", "body", "pointer"),
    [
        ("allocate", {"inputs": {"time_limit_s": -1}}, "#/inputs/time_limit_s"),
        ("allocate", {"inputs": {"unknown": 1}}, "#/inputs/unknown"),
        ("allocate", {"inputs": {"time_limit_s": 80_000}}, "#/time_limit_s"),
        ("allocate", {"inputs": {}, "outputs": {"none": {}}}, "#/outputs/none"),
        ("allocate", {"inputs": []}, "#/inputs"),
        ("recommend", {"inputs": {}}, "#/inputs/project"),
        ("recommend", {"inputs": {"project": newcomer("X")}, "response": "poem"}, "#/response"),
    ],
)
def test_inputs_that_do_not_hold_are_refused_and_named(desk, process, body, pointer):
    answer = desk.post(f"/ogc/processes/{process}/execution", json=body)
    assert answer.status_code == 400, answer.text
    assert pointer in {each["pointer"] for each in answer.json()["errors"]}


def test_faults_of_a_project_are_all_told(desk):
    answer = execute(desk, "recommend", {"project": {"project_id": "X"}})
    assert answer.status_code == 400
    assert len(answer.json()["errors"]) > 1


def test_what_is_not_there_is_named_by_the_standard(desk):
    for method, path, kind in (
        ("GET", "/ogc/processes/none", "no-such-process"),
        ("POST", "/ogc/processes/none/execution", "no-such-process"),
        ("GET", "/ogc/jobs/none", "no-such-job"),
        ("GET", "/ogc/jobs/none/results", "no-such-job"),
        ("DELETE", "/ogc/jobs/none", "no-such-job"),
    ):
        answer = desk.ask("ada", method, path)
        assert (answer.status_code, answer.json()["type"]) == (404, f"{EXCEPTIONS}/{kind}")
    assert desk.get("/ogc/jobs?unknown=1").status_code == 400
    assert desk.get("/ogc/jobs?limit=0").status_code == 400


def test_rights_and_districts_hold_here_as_everywhere(desk):
    for person in ("vic", "pat", "ben", "oli"):
        assert execute(desk, "allocate", {}, person).status_code == 403
        assert desk.ask(person, "DELETE", f"/ogc/jobs/{desk.run_id}").status_code == 403
    assert execute(desk, "allocate", {}, None).status_code == 401
    assert desk.get("/ogc/jobs", None).status_code == 401
    assert desk.run_id in {each["jobID"] for each in desk.get("/ogc/jobs").json()["jobs"]}
    for person in ("pam", "ned", "pat"):
        assert desk.run_id not in desk.get("/ogc/jobs", person).text
        assert desk.get(f"/ogc/jobs/{desk.run_id}", person).status_code == 404
        assert desk.get(f"/ogc/jobs/{desk.run_id}/results", person).status_code == 404
    assert desk.ask("pam", "DELETE", f"/ogc/jobs/{desk.run_id}").status_code == 404


def test_every_operation_of_the_description_asks_who_is_there(desk):
    tried = 0
    for path, methods in desk.get("/ogc/api").json()["paths"].items():
        for method in methods if path != "/api" else ():
            target = "/ogc" + path.replace("{process_id}", "allocate").replace("{job_id}", "x").replace(
                "{feature_id}", "x"
            )
            desk.app.state.house.rate_limits.reset()
            assert desk.ask(None, method.upper(), target).status_code == 401, (method, path)
            tried += 1
    assert tried > 20
