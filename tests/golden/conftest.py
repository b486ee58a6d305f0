"""Most golden tests look at plans and words, and none of these at a report."""

import pytest

LOOK_AT_REPORTS = ("test_maps_and_reports", "test_command_line")


@pytest.fixture(scope="module", autouse=True)
def quick(request):
    """One report for every plan, except where reports are looked at."""
    if request.module.__name__.rpartition(".")[2] not in LOOK_AT_REPORTS:
        request.getfixturevalue("drawn_once")
