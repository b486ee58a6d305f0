"""The collector rests while anyone holds it, and is as it was afterwards."""

import gc

import pytest

from allocator.engines.gc_pause import gc_paused


@pytest.fixture(autouse=True)
def as_it_was():
    on = gc.isenabled()
    yield
    (gc.enable if on else gc.disable)()


@pytest.mark.parametrize("on", [True, False])
def test_the_last_to_let_go_restores_it(on):
    (gc.enable if on else gc.disable)()
    with gc_paused():
        assert not gc.isenabled()
        with gc_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled() == on


def test_an_error_lets_go_too():
    gc.enable()
    with pytest.raises(ValueError, match="out"), gc_paused():
        raise ValueError("out")
    assert gc.isenabled()
