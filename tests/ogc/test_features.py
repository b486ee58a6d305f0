"""Features: every collection whole and in part, by box, time, property and page; and who sees what."""

from zoneinfo import ZoneInfo

import httpx
import pytest

from service.ogc.filters import months_of
from tests.support.api_client import PINGSHAN, desk_on

COLLECTIONS = ("districts", "parks", "spaces", "assignments", "unplaced")


def items(desk, name, person="ada", **query):
    answer = desk.get(f"/ogc/collections/{name}/items", person, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/geo+json"
    return answer.json()


def ids(found):
    return [each["id"] for each in found["features"]]


def test_every_link_leads_somewhere(desk, address):
    seen, waiting = set(), [f"{address}/"]
    with httpx.Client(timeout=60.0, headers={"X-API-Key": desk.keys["ada"]}) as client:
        while waiting:
            href = waiting.pop()
            if href in seen:
                continue
            seen.add(href)
            answer = client.get(href)
            assert answer.status_code == 200, (href, answer.text)
            media_type = answer.headers["Content-Type"]
            told = answer.json()
            inner = [*told.get("collections", []), *told.get("processes", []), *told.get("jobs", [])]
            for each in [link for part in (told, *inner) for link in part.get("links", [])]:
                assert each["title"]
                assert each["href"].startswith(address)
                if each["rel"] == "self" and part_is(told, each):
                    assert each["type"] == media_type
                if not each["rel"].endswith("/execute"):
                    waiting.append(each["href"])
    assert len(seen) >= 20


def part_is(told, link):
    return link in told.get("links", [])


def test_the_collections_are_those_of_the_issue_and_hold_what_the_service_holds(desk):
    told = desk.get("/ogc/collections").json()["collections"]
    assert tuple(each["id"] for each in told) == COLLECTIONS
    registry = desk.get("registries/current").json()["document"]
    plan = desk.get("plans/published").json()
    assert ids(items(desk, "parks", limit=5000)) == sorted(each["park_id"] for each in registry["parks"])
    assert ids(items(desk, "spaces", limit=5000)) == sorted(each["space_id"] for each in registry["spaces"])
    assert {each["properties"]["space_id"] for each in items(desk, "assignments")["features"]} == {
        each["space_id"] for each in plan["assignments"]
    }
    assert ids(items(desk, "unplaced")) == [each["project_id"] for each in plan["unplaced"]] == ["C-3"]
    districts = items(desk, "districts")["features"]
    assert {each["geometry"]["type"] for each in districts} <= {"Polygon", "MultiPolygon"}
    assert {"440310", "440305"} <= set(ids({"features": districts}))


def test_properties_say_what_the_registry_says(desk):
    registry = desk.get("registries/current").json()["document"]
    for name, key in (("parks", "park_id"), ("spaces", "space_id")):
        records = {each[key]: each for each in registry[name]}
        for feature in items(desk, name, limit=5000)["features"]:
            shown, record = feature["properties"], records[feature["id"]]
            for field in set(shown) & set(record):
                said = record[field]
                assert shown[field] == (float(said) if isinstance(shown[field], float) else said), (name, field)


@pytest.mark.parametrize("name", ["parks", "spaces"])
def test_boxes_pick_exactly_what_lies_in_them(desk, name):
    whole = items(desk, name, limit=5000)["features"]
    lons = sorted({each["geometry"]["coordinates"][0] for each in whole})
    west, east = lons[len(lons) // 3], lons[2 * len(lons) // 3]
    inside = [each["id"] for each in whole if west <= each["geometry"]["coordinates"][0] <= east]
    assert 0 < len(inside) < len(whole)
    assert ids(items(desk, name, limit=5000, bbox=f"{west!r},22,{east!r},23")) == inside
    assert ids(items(desk, name, limit=5000, bbox=f"{west!r},22,0,{east!r},23,9")) == inside
    outside = [each["id"] for each in whole if not west < each["geometry"]["coordinates"][0] < east]
    assert ids(items(desk, name, limit=5000, bbox=f"{east!r},22,{west!r},23")) == outside


def test_districts_are_picked_by_their_outline_and_what_has_no_place_lies_in_every_box(desk):
    assert ids(items(desk, "districts", bbox="114.34,22.68,114.36,22.70")) == [PINGSHAN]
    assert items(desk, "districts", bbox="0,0,1,1")["numberMatched"] == 0
    assert ids(items(desk, "unplaced", bbox="0,0,1,1")) == ["C-3"]


def test_times_pick_what_may_be_let_then(desk):
    whole = items(desk, "spaces", limit=5000)["features"]
    later = max(each["properties"]["available_from"] or "" for each in whole)
    assert later > "2000-01"
    before = [each["id"] for each in whole if (each["properties"]["available_from"] or "") < later]
    moment = f"{later}-01T00:00:00Z"
    first = ids(items(desk, "spaces", limit=5000, datetime=moment))
    assert set(first) > set(before) - {each["id"] for each in whole if each["properties"]["available_until"]}
    assert set(ids(items(desk, "spaces", limit=5000, datetime="../1999-12-31"))) < set(first)
    assert items(desk, "assignments", datetime="../2026-09-30")["numberMatched"] == 0
    assert items(desk, "assignments", datetime="2026-10-01/..")["numberMatched"] == 2


@pytest.mark.parametrize(
    ("moment", "matched"),
    [
        # both projects begin in October: in Shenzhen, where that month begins eight hours before it does in UTC
        ("2026-10-01T07:00:00+08:00", 2),
        ("2026-10-01T00:00:00+08:00", 2),
        ("2026-09-30T16:00:00Z", 2),
        ("2026-09-30T15:59:59Z", 0),
        ("2026-09-30T23:59:59+08:00", 0),
        ("../2026-09-30T15:59:59Z", 0),
        ("../2026-09-30T16:30:00.5Z", 2),
        ("2026-09-30T16:00:00Z/2026-09-30T17:00:00Z", 2),
        ("2026-09-30", 0),
        ("2026-10-01", 2),
    ],
)
def test_months_are_those_of_the_city(desk, moment, matched):
    assert items(desk, "assignments", datetime=moment)["numberMatched"] == matched


@pytest.mark.parametrize(
    ("zone", "first", "last"),
    [
        ("Asia/Shanghai", "2026-10", "2026-10"),
        ("UTC", "2026-09", "2026-09"),
        ("America/New_York", "2026-09", "2026-09"),
    ],
)
def test_the_zone_of_the_city_is_a_setting(zone, first, last):
    assert months_of("2026-09-30T16:00:00Z/2026-09-30T20:00:00Z", ZoneInfo(zone)) == (first, last)
    assert months_of("2026-09-30", ZoneInfo(zone)) == ("2026-09", "2026-09"), "a date is of no zone"


def test_every_resource_takes_the_format_json_and_no_other(desk):
    places = [
        "/", "/conformance", "/api", "/collections", "/processes", "/processes/allocate", "/jobs",
        f"/jobs/{desk.run_id}", f"/jobs/{desk.run_id}/results",
        *(f"/collections/{name}" for name in COLLECTIONS),
        *(f"/collections/{name}/items" for name in COLLECTIONS),
        f"/collections/assignments/items/{ids(items(desk, 'assignments'))[0]}",
    ]  # fmt: skip
    for place in places:
        plain, asked = desk.get(f"/ogc{place}"), desk.get(f"/ogc{place}?f=json")
        assert (plain.status_code, asked.status_code) == (200, 200), (place, asked.text)
        assert asked.headers["Content-Type"] == plain.headers["Content-Type"]
        for refused in ("html", "JSON", "xml", ""):
            assert desk.get(f"/ogc{place}?f={refused}").status_code == 400, (place, refused)
    following = items(desk, "parks", limit=2, f="json")
    assert "f=json" in next(each["href"] for each in following["links"] if each["rel"] == "next")
    described = desk.get("/ogc/api").json()["paths"]
    assert [path for path, entry in described.items() if not [
        each for each in entry.get("get", {"parameters": [{"name": "f"}]})["parameters"] if each["name"] == "f"
    ]] == []  # fmt: skip


def test_properties_pick_by_value_and_type(desk):
    whole = items(desk, "spaces", limit=5000)["features"]
    for name, text, value in (("kind", "rnd_lab", "rnd_lab"), ("ground_floor", "true", True)):
        wanted = [each["id"] for each in whole if each["properties"][name] == value]
        assert 0 < len(wanted) < len(whole)
        assert ids(items(desk, "spaces", limit=5000, **{name: text})) == wanted
    area = whole[0]["properties"]["floor_area_m2"]
    wanted = [each["id"] for each in whole if each["properties"]["floor_area_m2"] == area]
    assert ids(items(desk, "spaces", floor_area_m2=area, limit=5000)) == wanted
    assert ids(items(desk, "districts", adcode=PINGSHAN, side="north")) == [PINGSHAN]
    assert items(desk, "districts", adcode=PINGSHAN, side="south")["numberMatched"] == 0


def test_pages_together_are_the_whole_once(desk, address):
    found, href = [], f"{address}/collections/spaces/items?limit=17&basis=assumed"
    with httpx.Client(timeout=60.0, headers={"X-API-Key": desk.keys["ada"]}) as client:
        while href:
            page = client.get(href).json()
            assert page["numberReturned"] == len(page["features"]) <= 17
            found += ids(page)
            href = next((each["href"] for each in page["links"] if each["rel"] == "next"), None)
        back = next(each["href"] for each in page["links"] if each["rel"] == "prev")
        assert len(client.get(back).json()["features"]) == 17
    assert found == ids(items(desk, "spaces", basis="assumed", limit=10**9))
    assert len(found) == page["numberMatched"] > 17


@pytest.mark.parametrize("name", COLLECTIONS)
def test_every_feature_is_found_by_its_address(desk, address, name):
    with httpx.Client(timeout=60.0, headers={"X-API-Key": desk.keys["ada"]}) as client:
        for feature in items(desk, name, limit=3)["features"]:
            for written in (feature["id"], feature["id"].replace("/", "%2F")):
                one = client.get(f"{address}/collections/{name}/items/{written}")
                assert one.status_code == 200
                assert {key: one.json()[key] for key in feature} == feature
        assert client.get(f"{address}/collections/{name}/items/none").status_code == 404
    assert desk.get("/ogc/collections/none/items").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "unknown=1", "limit=0", "limit=x", "limit=-1", "offset=-1", "bbox=1,2,3", "bbox=a,b,c,d", "bbox=1,2,3,nan",
        "bbox=114,23,115,22", "bbox=1,2,3,4,5", "bbox=500,0,501,1", "bbox=", "datetime=yesterday",
        "datetime=2026-13-01",
        "datetime=2026-12-01/2026-01-01", "datetime=2026-01-01/2026-02-01/2026-03-01", "datetime=",
        "floor_area_m2=many", "ground_floor=maybe", "clear_height_m=nan", "registry=99", "registry=0",
        "plan=p-000000000000",
        "floor_area_m2=99999999999999999999", "utilities=steam", "datetime=9999-12-31T23:00:00-05:00",
    ],
)  # fmt: skip
def test_what_does_not_hold_is_refused_with_400(desk, query):
    answer = desk.get(f"/ogc/collections/spaces/items?{query}")
    assert answer.status_code == 400, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert desk.get(f"/ogc/collections/assignments/items?{query}").status_code == 400


def test_strangers_see_nothing_and_people_of_a_district_only_its_own(desk):
    for path in ("/", "/conformance", "/collections", *(f"/collections/{name}/items" for name in COLLECTIONS)):
        assert desk.get(f"/ogc{path}", None).status_code == 401
        assert desk.get(f"/ogc{path}", None, headers={"X-API-Key": "dak_wrong"}).status_code == 401
    assert items(desk, "assignments", "vic")["numberMatched"] == 2
    for person in ("pam", "pat", "ned"):
        assert items(desk, "assignments", person)["features"] == items(desk, "unplaced", person)["features"] == []
    own = desk.planned("P-1", person="pam")["plan_id"]
    assert items(desk, "assignments", "pam", plan=own)["numberMatched"] == 1
    assert items(desk, "assignments", "ada", plan=own)["numberMatched"] == 1
    refused = desk.get(f"/ogc/collections/assignments/items?plan={own}", "ned")
    assert refused.status_code == 400
    assert "P-1" not in refused.text


def test_an_older_version_of_the_registry_stays_readable(desk):
    park = items(desk, "parks", limit=1)["features"][0]
    record = next(
        each for each in desk.get("registries/current").json()["document"]["parks"] if each["park_id"] == park["id"]
    )
    changes = {"note": "renamed", "put": {"parks": [{**record, "name_en": "Another name"}]}}
    made = desk.post("registries/1/changes", "oli", json=changes, headers={"If-Match": _tag(desk)})
    assert made.status_code == 201, made.text
    assert items(desk, "parks", limit=1)["features"][0]["properties"]["name_en"] == "Another name"
    assert items(desk, "parks", limit=1, registry=1)["features"][0] == park


def _tag(desk):
    return desk.get("registries/current").headers["ETag"]


def test_without_a_published_plan_its_collections_are_empty(server, tmp_path):
    with desk_on(server, tmp_path) as bare:
        for name in ("assignments", "unplaced"):
            assert items(bare, name)["numberMatched"] == 0
