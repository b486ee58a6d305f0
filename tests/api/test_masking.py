"""What people of one district are told of others: no project, no firm and no sitting tenant, however it is said."""

import io
import json
import re
import zipfile
from datetime import date

import pytest

from seeds.load import load_districts
from service.application.planning import submit_run
from service.application.plans.redaction import HIDDEN, Redaction, mask_of
from service.application.registry.tenant_names import in_registry
from service.observability import logs
from tests.api.matrix import SURFACES
from tests.support.api_client import PINGSHAN, a_project, desk_on
from tests.support.problems import component, problem, project


def test_names_are_hidden_in_texts_keys_lists_and_holders_and_nothing_else_is():
    alpha = project("P1", component("a", "P1"), enterprise="Alpha")
    two = problem([alpha, project("P10", component("a", "P10"), enterprise="Beta")])
    mask = mask_of(two, {"P10"})
    told = {
        "P1": 3,
        "where": "P1/a|P10/a@S1",
        "sentence": "Alpha holds it, Beta asks for it",
        "moves": [{"component": "P1/a", "from_space": "S1"}],
        "holder": {"project_id": "P1", "component_id": "a", "value": 9, "occupant": "", "floor_area_m2": 5},
        "mine": {"project_id": "P10", "component_id": "a", "value": 9, "occupant": "", "floor_area_m2": 5},
    }
    assert mask.content(told) == {
        HIDDEN: 3,
        "where": f"{HIDDEN}/a|P10/a@S1",
        "sentence": f"{HIDDEN} holds it, Beta asks for it",
        "moves": [{"component": f"{HIDDEN}/a", "from_space": "S1"}],
        "holder": {"project_id": HIDDEN, "component_id": HIDDEN, "value": 0, "occupant": "", "floor_area_m2": 5},
        "mine": told["mine"],
    }
    assert mask_of(two, {"P1", "P10"}) is None


def test_a_chinese_name_is_hidden_between_characters_and_kept_within_an_own_one():
    others = project("P1", component("a", "P1"), enterprise="甲公司")
    own = project("P2", component("a", "P2"), enterprise="深圳甲公司研究院")
    mask = mask_of(problem([others, own]), {"P2"})
    assert mask.content("由甲公司持有，深圳甲公司研究院等待") == f"由{HIDDEN}持有，深圳甲公司研究院等待"


def test_a_registry_keeps_tenants_of_the_district_and_firms_of_its_own():
    document = {
        "parks": [{"park_id": "A", "district": "1"}, {"park_id": "B", "district": "2"}],
        "spaces": [{"space_id": "a", "park_id": "A"}, {"space_id": "b", "park_id": "B"}],
        "tenancies": [
            {"tenancy_id": "t1", "space_id": "a", "occupant": "Here"},
            {"tenancy_id": "t2", "space_id": "b", "occupant": "There", "project_id": "X", "component_id": "x"},
            {"tenancy_id": "t3", "space_id": "b", "occupant": "我们 / Ours Ltd"},
            {"tenancy_id": "t4", "space_id": "b", "occupant": ""},
        ],
    }
    document["tenancies"] = [{**each, "may_move": True} for each in document["tenancies"]]
    shown = in_registry(document, "1", ["OURS  LTD"])["tenancies"]
    assert [each["occupant"] for each in shown] == ["Here", HIDDEN, "我们 / Ours Ltd", ""]
    assert shown[1] == {"tenancy_id": "t2", "space_id": "b", "occupant": HIDDEN}
    assert [each.get("may_move") for each in shown] == [True, None, True, None], (
        "who may be moved is told of them alone"
    )


def test_moves_of_hidden_tenants_are_left_out():
    mask = Redaction(frozenset({"There"}), frozenset())
    move = {"tenancy_id": "t1", "occupant": "Here", "from_space": "a", "to_space": "b", "price": 1}
    others = [{**move, "tenancy_id": "t2", "occupant": occupant} for occupant in ("There", HIDDEN)]
    assert mask.content({"tenant_moves": [move, *others]}) == {"tenant_moves": [move]}


def test_a_district_reads_of_no_tenant_elsewhere_whether_it_may_be_moved(city):
    desk, _, own = city
    documents = [desk.get("registries/current", person).json()["document"] for person in ("oli", "pam", "pat")]
    elsewhere = foreign_spaces(documents[0])
    told = [
        [each for each in document["tenancies"] if each["space_id"] in elsewhere and each.get("may_move")]
        for document in documents
    ]
    assert len(told[0]) > 0, "so that this says something"
    assert told[1:] == [[], []]
    plan_id = desk.get(f"runs/{own}", "pam").json()["plan_id"]
    inputs = desk.get(f"plans/{plan_id}/exports/plan.json", "pam").json()["inputs"]
    movable = {each["space_id"] for each in inputs["tenancies"] if each.get("may_move")}
    assert movable & elsewhere == set()


@pytest.fixture(scope="module", autouse=True)
def plain_log():
    """Defects are logged in one line: the library's usual way prints every local variable in colour, for minutes."""
    logs.set_up("error")


@pytest.fixture(scope="module")
def city(server, tmp_path_factory):
    """A plan in force with a firm of the district and one of the city, and a plan of the district's own."""
    with desk_on(server, tmp_path_factory.mktemp("masked")) as desk:
        desk.upload([a_project("pam-1"), a_project("pam-big", floor_area_m2=9_000_000)], "pam")
        desk.upload([a_project("city-1", enterprise="城投医械")], "ada")
        run = desk.post("runs", json={"time_limit_s": 10}).json()["run_id"]
        desk.solve(run)
        plan_id = desk.get(f"runs/{run}").json()["plan_id"]
        for verb, person in (("propose", "ada"), ("approve", "ben"), ("publish", "eva")):
            assert desk.step(plan_id, verb, person).status_code == 200
        own = desk.post("runs", "pam", json={"time_limit_s": 5}).json()["run_id"]
        desk.solve(own)
        changed = {"put": {"tenancies": [new_tenant(desk)]}, "remove": {}, "note": "one more"}
        etag = desk.get("registries/1", "oli").headers["ETag"]
        stored = desk.post("registries/1/changes", "oli", json=changed, headers={"If-Match": etag})
        assert stored.status_code == 201, stored.text
        yield desk, plan_id, own


def new_tenant(desk):
    """Another tenant of a space in another district."""
    document = desk.get("registries/current", "oli").json()["document"]
    here = next(each for each in document["tenancies"] if each["space_id"] in foreign_spaces(document))
    return {**here, "tenancy_id": "t-new", "occupant": "现有租户 999 / Existing tenant 999", "floor_area_m2": 1}


def foreign_spaces(document):
    parks = {each["park_id"] for each in document["parks"] if each["district"] != PINGSHAN}
    return {each["space_id"] for each in document["spaces"] if each["park_id"] in parks}


def test_no_get_tells_a_district_the_name_of_a_tenant_of_another(city):
    """Every GET of every surface as viewer and planner, on the plan in force and on a plan of their own."""
    desk, plan_id, own = city
    document = desk.get("registries/current", "oli").json()["document"]
    elsewhere = foreign_spaces(document)
    names = {each["occupant"] for each in document["tenancies"] if each["space_id"] in elsewhere}
    assert len(names) > 50
    # the policy and the buildings may be named after a tenant, and everybody reads these
    supply = json.dumps([document["parks"], document["spaces"]], ensure_ascii=False)
    supply += "".join(each.role_zh + each.role_en for each in load_districts(date.max))
    marks = {half for name in names for half in (name, *name.split(" / ")) if half not in supply} | {"城投医械"}
    assert len(marks) > 100
    assert names <= set(strings(desk.get("registries/current", "ada").json())), "who is bound to no district reads them"
    own_plan = desk.get(f"runs/{own}", "pam").json()["plan_id"]
    assert own_plan is not None
    counted, found = 0, []
    for person, language in (("pam", "zh"), ("pat", "en")):
        for surface, operation, target in targets(desk, document, (plan_id, own_plan), own, language):
            answer = surface.ask(desk, person, operation, target)
            if answer.status_code == 200 and "event-stream" not in answer.headers.get("content-type", ""):
                counted += 1
                said = readable(answer)
                found += [(person, target, mark) for mark in marks if mark in said][:3]
    assert found == []
    assert counted > 100


def strings(content):
    """Every text within JSON."""
    if isinstance(content, dict | list):
        for each in content.values() if isinstance(content, dict) else content:
            yield from strings(each)
    elif isinstance(content, str):
        yield content


def targets(desk, document, plan_ids, own_run, language):
    """Every GET with sensible names in its address."""
    plan_id, own_plan = plan_ids
    parks = [
        next(each["park_id"] for each in document["parks"] if (each["district"] == PINGSHAN) is here)
        for here in (True, False)
    ]
    known = set()
    files = [each["name"] for each in desk.get(f"plans/{own_plan}/exports", "pam").json()["items"]]
    batch = desk.get("batches", "pam").json()["items"][0]["batch_id"]
    for surface in SURFACES:
        for operation in surface.operations(desk):
            if operation.method != "get" or operation.path.endswith("/events"):
                continue
            for plan in (plan_id, own_plan):
                facts = dict.fromkeys(operation.names, "nothing") | {
                    "plan_id": plan,
                    "other_id": own_plan,
                    "run_id": own_run,
                    "job_id": own_run,
                    "batch_id": batch,
                    "project_id": "pam-1",
                    "local_date": "2026-01-01",
                }
                for name, number, park, firm in variants(operation, files, parks):
                    changed = {"name": name, "number": number, "park_id": park, "project_id": firm}
                    address = operation.at({**facts, **changed})
                    query = f"plan={plan}&" if operation.path in {"/pages/parks", "/pages/parks/{park_id}"} else ""
                    said = f"?{query}lang={language}" if surface.name == "pages" else ""
                    if address + said not in known:
                        known.add(address + said)
                        yield surface, operation, address + said


def variants(operation, files, parks):
    """Files, versions, parks and projects that an operation can be asked for."""
    wanted = {
        "name": (files, "nothing"),
        "number": ([1, 2], 1),
        "park_id": (parks, "nothing"),
        "project_id": (["pam-1", "pam-big"], "pam-1"),
    }
    if operation.path.startswith("/pages/static"):
        return
    lists = {name: values if name in operation.names else [usual] for name, (values, usual) in wanted.items()}
    for name in lists["name"]:
        for number in lists["number"]:
            for park in lists["park_id"]:
                for firm in lists["project_id"]:
                    yield name, number, park, firm


def readable(answer):
    """The text of an answer, of every part of a workbook."""
    content = answer.content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            content = b"\n".join(book.read(name) for name in book.namelist())
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), content.decode("utf-8", "replace"))


def test_files_of_a_districts_plan_from_before_names_were_hidden_are_refused(city, monkeypatch):
    desk = city[0]
    with monkeypatch.context() as before:
        before.setattr(submit_run, "in_inputs", lambda inputs, _district: inputs)
        run = desk.post("runs", "pam", json={"time_limit_s": 5}).json()["run_id"]
        desk.solve(run)
    plan_id = desk.get(f"runs/{run}", "pam").json()["plan_id"]
    for address in (f"plans/{plan_id}/exports/plan.json", f"plans/{plan_id}/exports/plan.xlsx"):
        refused = desk.get(address, "pam")
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:allocator:problem:old-names")
        assert desk.get(address, "ada").status_code == 200


def test_recommendations_tell_no_name_of_a_tenant_elsewhere(city):
    desk, plan_id, _ = city
    document = desk.get("registries/current", "oli").json()["document"]
    elsewhere = foreign_spaces(document)
    names = [each["occupant"] for each in document["tenancies"] if each["space_id"] in elsewhere]
    told = 0
    for function in ("rnd", "pilot", "manufacturing", "testing"):
        asked = {"project": newcomer(function), "plan_id": plan_id, "most": 5}
        whole = desk.post("recommendations", "ada", json=asked).text
        told += sum(name in whole for name in names)
        masked = desk.post("recommendations", "pat", json=asked)
        assert masked.status_code == 200
        assert [name for name in names if name in masked.text] == []
    assert told > 0, "so that this says something"


def newcomer(function):
    part = {"component_id": "lab", "function": function, "floor_area_m2": 6_000}
    return {
        "project_id": "NEW-1",
        "enterprise": "新企业",
        "segment": "imaging",
        "tier": "leader",
        "priority": 3,
        "components": [part],
    }


def test_a_district_with_its_own_firm_elsewhere_reads_its_name(city):
    desk, _, _ = city
    document = desk.get("registries/current", "oli").json()["document"]
    elsewhere = foreign_spaces(document)
    tenant = next(each["occupant"] for each in document["tenancies"] if each["space_id"] in elsewhere)
    before = desk.get("registries/current", "pam")
    assert tenant not in before.text
    assert desk.get("registries/current", "pam", headers={"If-None-Match": before.headers["ETag"]}).status_code == 304
    desk.upload([a_project("pam-own", enterprise=tenant)], "pam")
    after = desk.get("registries/current", "pam", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert tenant in after.text
