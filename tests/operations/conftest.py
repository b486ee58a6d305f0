"""The real PostgreSQL of the wheel, started once."""

import pytest

from tests.service_for_tests import Server


@pytest.fixture(scope="session")
def server():
    running = Server()
    yield running
    running.end()
