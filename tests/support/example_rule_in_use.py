"""Run in a copy of the tree with the rule of the how-to: every use of a rule knows it."""

from allocator.analysis.infeasible_batch.elastic_model import elastic
from allocator.checking.verify import find_breaches, verify
from allocator.explanation.explain import dossier
from allocator.rules import RULES
from allocator.solving.model import compile_model
from docs.pages.catalogue import rules
from maps.payload.reason_labels import REASONS
from tests.support.placements import standing_plans
from tests.support.problems import plan, problem, project, space

ID = "most-per-park"


def changes_are_checked_as_in_the_whole_plan() -> int:
    """How many changes break the rule."""
    broken = 0
    for standing, _, ways in standing_plans(120, seed=10):
        for chosen in ways:
            whole = [breach for rule in RULES for breach in rule.check(standing.problem, standing.changed(chosen))]
            assert standing.breaches(chosen) == whole
            broken += any(breach.rule == ID for breach in whole)
    return broken


def three_firms_and_room_for_two() -> None:
    """The third is refused, the dossier says why, and a repair may lift the limit."""
    case = problem([project("p"), project("q"), project("r")], [space(floor_area_m2=9000)])
    two = plan(("p/c", "s"), ("q/c", "s"))
    everyone = plan(("p/c", "s"), ("q/c", "s"), ("r/c", "s"))
    assert [breach.rule for breach in find_breaches(case, everyone)] == [ID]
    told = dossier(verify(case, two), "r")
    (reason,) = told.unplaced_reasons
    assert (reason.code, reason.needed, reason.offered, reason.unit) == (f"displaced/{ID}", 1, 0, "components")
    assert [(change.code, change.by, change.unit) for change in told.repair.changes] == [(ID, 1, "components")]
    assert REASONS[reason.code]["en"] == "Most components of a batch in one park"
    limits = elastic(case, compile_model(case)[0]).switches
    assert ID in {limit.rule for limit in limits}


if __name__ == "__main__":
    assert RULES[-1].id == ID
    three_firms_and_room_for_two()
    assert f"`{ID}`" in rules()
    print(changes_are_checked_as_in_the_whole_plan())
