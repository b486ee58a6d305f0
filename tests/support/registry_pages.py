"""Send registries and requests of runs through the pages."""

from tests.support.api_client import as_csv


def files_of(desk, number="current"):
    document = desk.get(f"registries/{number}").json()["document"]
    return {kind: document[kind] for kind in ("parks", "spaces", "tenancies")}


def csv_of(records):
    rows = [{k: ";".join(map(str, v)) if isinstance(v, list) else v for k, v in row.items()} for row in records]
    return as_csv([{key: "" if value is None else value for key, value in row.items()} for row in rows])


def send_registry(browser, content, **given):
    page = browser.get("/registry").text
    files = {kind: (f"{kind}.csv", csv_of(records), "text/csv") for kind, records in content.items()}
    return browser.send("/registry", {}, page, files=files, **given)


def wish(**changes):
    usual = {
        "enterprise": "新企业",
        "segment": "imaging",
        "tier": "leader",
        "priority": "3",
        "a_function": "rnd",
        "a_floor_area_m2": "800",
        "a_start_from": "2026-10",
    }
    return {**usual, **changes}
