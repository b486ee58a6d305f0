"""What a goal says of itself is true on drawn problems: no site gains more than its bound says."""

import math
from collections import Counter

import pytest

from allocator.goals import BY_ID, GOALS
from tests.support.placements import standing_plans


def overshot(goals):
    """Goals that a project gains more of than the bounds of its sites and its own gain; and how many were compared."""
    wrong, compared = [], Counter()
    for standing, project, ways in standing_plans(150, seed=9):
        options = {
            (option.component, option.pieces, option.start): option
            for part in project.components
            for option in standing.problem.options_of[part.key]
        }
        for chosen in ways:
            taken = [options.get((site.key, site.pieces, site.start)) for site in chosen]
            for goal in goals if all(taken) else ():
                if goal.id not in standing.goals:
                    continue
                bounds = [goal.optimistic_gain(standing, option, len(chosen)) for option in taken]
                bound = sum(bounds) + goal.project_gain(standing.problem, project)
                change = standing.delta(goal.id, chosen)
                compared[goal.id] += not math.isinf(bound)
                if (change if goal.maximise else -change) > bound:
                    wrong.append((goal.id, change, bound))
    return wrong, compared


def test_no_project_gains_more_than_its_bound():
    wrong, compared = overshot(GOALS)
    assert wrong == []
    bounded = {"value", "policy-fit", "stability", "delay", "cost", "commute", "clustering", "majors"}
    assert {goal for goal, count in compared.items() if count > 10} == bounded


@pytest.mark.parametrize("goal_id", ["majors", "value", "policy-fit"])
def test_a_bound_that_leaves_a_gain_out_is_found(goal_id):
    class Low(type(BY_ID[goal_id])):
        def optimistic_gain(self, index, option, parts):
            return 0

        def project_gain(self, problem, project):
            return 0

    wrong, _ = overshot([Low()])
    assert wrong
