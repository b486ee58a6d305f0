"""Complete searches beside the trees: who ends them hears the proof, and the trees go on with every thread."""

import threading
from threading import Event
from time import monotonic

import numpy as np
import pytest

from allocator.engines.scale import polish as polishing
from allocator.engines.scale.arrays import arrays_of
from allocator.engines.scale.assign import AssignmentSearch
from allocator.engines.scale.incumbent import Incumbent
from allocator.engines.scale.polish import Polish
from allocator.engines.scale.search import Search
from allocator.engines.scale.starting import priced_by_room
from allocator.engines.scale.subgradient import Descent
from allocator.engines.scale.warm import assignment_task


def begun(threads):
    """A search on a small assignment, and its first prices."""
    task = assignment_task()
    arrays = arrays_of(task)
    search = Search(arrays, Incumbent(arrays, task.constant, lambda _: None, monotonic() + 20), threads, 0)
    descent = Descent(search.pricer)
    return search, priced_by_room(descent, search.domains.lower, search.domains.upper)


@pytest.mark.parametrize("number", [0, 1])
def test_a_complete_search_beside_ends_with_a_plan_that_is_proven(number):
    search, at = begun(1)
    ended = Event()
    Polish(search, at).finish_beside(search.core(at), 20.0, number, ended.set)
    assert ended.wait(20)
    assert search.best.proven
    other, at_other = begun(1)
    AssignmentSearch(other, at_other, other.agents).run()
    assert (other.best.proven, other.best.value) == (True, search.best.value)
    assert search.best.admits(np.asarray(search.best.values))


def test_a_search_beside_that_fails_gives_its_thread_back(monkeypatch):
    search, at = begun(1)
    ended, failed = Event(), Event()
    monkeypatch.setattr(threading, "excepthook", lambda _given: failed.set())
    monkeypatch.setattr(polishing, "by_cp_sat", lambda *_given, **_named: 1 // 0)
    Polish(search, at).finish_beside(search.core(at), 20.0, 1, ended.set)
    assert ended.wait(20)
    assert failed.wait(20)


def test_trees_wait_while_all_threads_search_elsewhere_and_go_on_when_one_comes_back():
    search, at = begun(1)
    trees = AssignmentSearch(search, at, search.agents)
    trees.threads = 0
    trees.run(19.7)
    assert search.best.values is None
    trees.join()
    trees.run()
    assert search.best.proven
