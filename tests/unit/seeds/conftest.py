import pytest

from geodata.records.inputs import Inputs
from seeds.load import seed_inputs


@pytest.fixture(scope="session")
def inputs() -> Inputs:
    return seed_inputs()
