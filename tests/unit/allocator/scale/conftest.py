"""Kernels are compiled before any test's clock runs."""

import pytest

from allocator.engines.scale.core.kernel_cache import compile_once


@pytest.fixture(scope="session", autouse=True)
def kernels():
    compile_once()
