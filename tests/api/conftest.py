"""The real PostgreSQL of the wheel, started once; a fresh database for every module or test."""

import os

import pytest

from tests.service_for_tests import Server, desk_on


@pytest.fixture(scope="session")
def server():
    running = Server()
    yield running
    running.end()


@pytest.fixture(scope="module")
def desk(server, tmp_path_factory):
    with desk_on(server, tmp_path_factory.mktemp("desk")) as made:
        yield made


@pytest.fixture
def fresh(server, tmp_path):
    with desk_on(server, tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def races():
    """How often people race for a decision; ALLOCATOR_TEST_RACES=1000 for the full count."""
    return int(os.environ.get("ALLOCATOR_TEST_RACES", "20"))
