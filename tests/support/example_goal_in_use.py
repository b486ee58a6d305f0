"""Run in a copy of the tree with the goal of the how-to: every use of a goal knows it."""

from dataclasses import replace

from allocator.domain.plan import Aim
from allocator.goals import BY_ID, GOALS, aims_of
from allocator.siting.search import place_project
from docs.pages.catalogue import goals
from maps.payload.reason_labels import GOAL_LABELS
from service.i18n.localizer import UNITS
from tests.support.placements import standing_plans

ID = "floor-placed"


def sites_are_found_and_measured_by_the_goal() -> int:
    """How many projects get a site by the goal alone."""
    placed = 0
    for standing, project, ways in standing_plans(60, seed=11):
        goal = BY_ID[ID]
        for chosen in ways:
            after = goal.measure(standing.problem, standing.changed(chosen))
            assert standing.delta(ID, chosen) == after - standing.values[ID]
        asked = type(standing)(replace(standing.problem, aims=(Aim(((ID, 1),)),)), standing.plan)
        assert [aim.name for aim in aims_of(asked.problem)] == [ID]
        found = place_project(asked, project, most=1).found
        placed += bool(found)
        assert all(way.deltas[ID] == sum(site.total_m2 for site in way.sites) for way in found)
    return placed


if __name__ == "__main__":
    assert GOALS[-1].id == ID
    assert GOAL_LABELS[ID]["zh"] == "落位面积"
    assert GOALS[-1].unit in UNITS
    assert f"`{ID}`" in goals()
    print(sites_are_found_and_measured_by_the_goal())
