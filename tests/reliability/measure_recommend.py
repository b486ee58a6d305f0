"""Measures recommend and a dossier on large standing plans, and the plain way to check one site beside them.

Run as ``python -m tests.reliability.measure_recommend [SPACES COMPONENTS]``; no test, for times depend on the machine.
"""

import random
import sys
import time
from dataclasses import replace

from allocator.checking.incremental import IncrementalCheck
from allocator.checking.verify import measure, verify
from allocator.explanation.explain import dossier_beside
from allocator.rules import RULES
from allocator.siting.candidates import options_beside, sites_of
from allocator.siting.search import place_project
from tests.support.large_cases import newcomer, standing_city


def measured(spaces: int, components: int) -> None:
    """Print processor seconds of a newcomer's sites and dossier, and how much longer the plain check of a site is."""
    began = time.process_time()
    problem, plan = standing_city(spaces, components)
    project = newcomer(random.Random(7))
    problem = replace(problem, projects=(*problem.projects, project))
    built = time.process_time()
    verify(problem, plan)
    checked = time.process_time()
    standing = IncrementalCheck(problem, plan)
    ways = place_project(standing, project, most=5)
    ranked = time.process_time()
    told = dossier_beside(standing, project, newcomer=True)
    done = time.process_time()
    print(
        f"{spaces} spaces, {components} components: built in {built - began:.2f} s, verified in {checked - built:.2f} s"
    )
    print(f"  recommend {ranked - checked:.2f} s ({len(ways.found)} ways, complete: {ways.complete})")
    print(f"  dossier of the newcomer {done - ranked:.2f} s ({len(told.components)} components)")
    _ratio(standing, project)


def _ratio(standing: IncrementalCheck, project) -> None:
    every = [option for options in options_beside(standing, project).values() for option in options]
    few = random.Random(1).sample(every, min(20, len(every)))
    ours = time.process_time()
    quick = [(standing.breaches(sites_of([option])), standing.deltas(sites_of([option]))) for option in few]
    plain = time.process_time()
    slow = []
    for option in few:
        after = standing.changed(sites_of([option]))
        breaches = [breach for rule in RULES for breach in rule.check(standing.problem, after)]
        values = measure(standing.problem, after)
        slow.append((breaches, {goal: values[goal] - standing.values[goal] for goal in values}))
    ended = time.process_time()
    if quick != slow:
        raise AssertionError("the two ways differ")
    here, plainly = (plain - ours) / len(few), (ended - plain) / len(few)
    print(f"  one site: {here:.4f} s here, {plainly:.4f} s plainly, {plainly / here:.0f} times")


if __name__ == "__main__":
    sizes = [int(word) for word in sys.argv[1:]] or [1000, 5000]
    measured(*sizes)
