"""The shared instances, where there are any."""

import pytest

from allocator.benchmarks.instance_files import bench_folder


@pytest.fixture(scope="session")
def shared():
    if not (bench_folder() / "best_known.csv").is_file():
        pytest.skip(f"the shared instances are not here: {bench_folder()}")
    return bench_folder()
