"""Ways to place a project beside a plan without breaches, on drawn problems."""

import random
from itertools import product

from allocator.checking.incremental import IncrementalCheck
from allocator.checking.verify import find_breaches
from tests.support.random_problems import all_plans, draw_problem, sites


def standing_plans(count, seed):
    """A plan without breaches of each drawn problem, less one of its projects, and every way to place that project."""
    rng = random.Random(seed)
    for number in range(count):
        case = draw_problem(number, most_plans=400)
        good = [made for made in all_plans(case) if not find_breaches(case, made)]
        whole = IncrementalCheck(case, rng.choice(good)) if good else None
        for project in case.projects if whole else ():
            standing = whole.without(project.project_id)
            if not find_breaches(case, standing.plan):
                every = list(product(*(sites(case, component) for component in project.components)))
                yield standing, project, rng.sample(every, min(6, len(every)))
