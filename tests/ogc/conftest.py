"""A published plan, a real server, and an address for OGC clients."""

import pytest

from tests.support.api_client import a_project, desk_on
from tests.support.live_server import listening


@pytest.fixture(scope="module")
def desk(server, tmp_path_factory):
    """A published plan of the city with two placed projects and one that fits nowhere."""
    with desk_on(server, tmp_path_factory.mktemp("desk")) as made:
        rows = [a_project("A-1"), a_project("B/2", floor_area_m2=2000), a_project("C-3", floor_load_kpa=900)]
        batch = made.upload(rows).json()
        run = made.post("runs", json={"batches": [batch["batch_id"]]}).json()
        made.solve(run["run_id"])
        made.run_id = run["run_id"]
        made.plan_id = made.get(f"runs/{run['run_id']}").json()["plan_id"]
        for verb, person in (("propose", "ada"), ("approve", "ben"), ("publish", "eva")):
            assert made.step(made.plan_id, verb, person).status_code == 200
        yield made


@pytest.fixture(scope="module")
def address(desk):
    with listening(desk.app) as found:
        yield f"{found}/ogc"


@pytest.fixture(scope="module", autouse=True)
def quick(drawn_once):
    """No test here looks at what a report shows."""
