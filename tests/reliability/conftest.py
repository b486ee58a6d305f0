"""The real PostgreSQL of the wheel, a site with real processes, and how much is tried."""

import os

import pytest

from service.database.engine import open_engine
from tests.reliability.processes import Site
from tests.support.api_client import make_keys, settings_for


@pytest.fixture
def site(server, tmp_path):
    url = server.database()
    engine = open_engine(url, pool_size=1)
    keys = make_keys(engine, settings_for(tmp_path))
    engine.dispose()
    made = Site(url, tmp_path, keys)
    yield made
    made.close()


@pytest.fixture(scope="session")
def kills():
    """How many kill -9 a test makes; ALLOCATOR_TEST_KILLS=200 for the full count."""
    return int(os.environ.get("ALLOCATOR_TEST_KILLS", "3"))
