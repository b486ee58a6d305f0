"""How often people race."""

import os

import pytest


@pytest.fixture(scope="session")
def races():
    """How often people race for a decision; ALLOCATOR_TEST_RACES=1000 for the full count."""
    return int(os.environ.get("ALLOCATOR_TEST_RACES", "20"))


@pytest.fixture(scope="module", autouse=True)
def quick(drawn_once):
    """No test here looks at what a report shows."""
