"""Counting by the minute: as many as there may be, none more, and nothing that is kept or started for it."""

import threading

import pytest

from service.web.limits import rate_limits
from service.web.limits.rate_limits import LEAST_KEPT, WINDOW_S, RateLimits


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand."""
    now = [1000.0]
    monkeypatch.setattr(rate_limits.time, "monotonic", lambda: now[0])
    return now


def test_so_many_a_minute_and_what_is_refused_does_not_count(clock):
    counted = RateLimits()
    assert [counted.hit(3, "person", "ada") for _ in range(5)] == [True, True, True, False, False]
    assert counted.hit(3, "person", "ben")
    assert counted.hit(3, "stranger", "ada")
    clock[0] += WINDOW_S - 0.1
    assert not counted.hit(3, "person", "ada")
    clock[0] += 0.1
    assert [counted.hit(3, "person", "ada") for _ in range(4)] == [True, True, True, False]


def test_the_window_moves(clock):
    counted = RateLimits()
    for expected in (True, True, False):
        assert counted.hit(2, "ada") is expected
        clock[0] += 20
    clock[0] += 1
    # the first is a minute old, the second is not
    assert [counted.hit(2, "ada"), counted.hit(2, "ada")] == [True, False]


def test_names_that_are_silent_are_forgotten_and_others_are_not(clock):
    counted = RateLimits()
    for number in range(LEAST_KEPT):
        counted.hit(1, str(number))
    clock[0] += WINDOW_S / 2
    for number in range(LEAST_KEPT, LEAST_KEPT + 10):
        counted.hit(1, str(number))
    assert len(counted._times) == LEAST_KEPT + 10
    clock[0] += WINDOW_S / 2
    for number in range(LEAST_KEPT + 10, 2 * LEAST_KEPT + 1):
        counted.hit(1, str(number))
    assert len(counted._times) == LEAST_KEPT + 1
    assert not counted.hit(1, str(LEAST_KEPT))


def test_counting_starts_no_thread(monkeypatch):
    def started(_thread):
        raise AssertionError("whoever starts a thread waits until it runs")

    monkeypatch.setattr(threading.Thread, "start", started)
    counted = RateLimits()
    assert sum(counted.hit(100, "ada") for _ in range(1000)) == 100
