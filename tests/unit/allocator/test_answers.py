"""Corners of the answers: no time, engines that do not know, limits that tenants already exceed."""

import time

import pytest

from allocator.analysis.budget import AnalysisBudget
from allocator.analysis.importance import importance
from allocator.analysis.infeasible_batch.repair import repair
from allocator.analysis.move_curve import move_curve
from allocator.analysis.sensitivity import sensitivity
from allocator.checking.verify import verify
from allocator.domain.entities import Tenancy
from allocator.domain.plan import PlanStatus
from allocator.domain.policy import Reserve
from allocator.domain.vocabulary import Tier
from allocator.linear.expressions import Row, Sense
from allocator.solving import infeasibility as conflict_module
from allocator.solving.infeasibility import Clash, rule_of, search
from allocator.solving.solution import Limits
from allocator.solving.solve import solve
from tests.support.problems import NOW, component, park, plan, policy, problem, project, space


def means():
    """Means whose clock starts now."""
    return AnalysisBudget(time_limit_s=120.0)


def locked(project_id, area_m2=600, **facts):
    return project(project_id, component(project_id=project_id, floor_area_m2=area_m2, pinned_to="s", **facts))


def members(count):
    return Clash({f"rule/{i}": (Row({i: 1}, Sense.AT_LEAST, 1, f"rule/{i}"),) for i in range(count)}, ())


@pytest.mark.parametrize("count", [5, 60])
@pytest.mark.parametrize("guilty", [{"rule/0", "rule/4"}, {"rule/2"}, {"rule/0", "rule/1", "rule/3", "rule/4"}])
def test_few_and_many_members_are_shrunk_to_those_that_clash(count, guilty):
    asked = []

    def feasible(rows, _left_s):
        asked.append(len(rows))
        return not guilty <= {row.name for row in rows}

    found = search(members(count), feasible, time.monotonic() + 60)
    assert (set(found.rows), found.minimal) == (guilty, True)
    assert len(asked) < 60, "a few members among many are found by halves"


def test_what_is_not_decided_stays_and_the_conflict_is_not_called_minimal():
    for count in (5, 60):
        undecided = search(members(count), lambda _rows, _left_s: None, time.monotonic() + 60)
        assert (len(undecided.rows), undecided.minimal) == (count, False)
        late = search(members(count), lambda _rows, _left_s: False, time.monotonic() - 1)
        assert (len(late.rows), late.minimal) == (count, False)


def test_a_batch_is_infeasible_although_its_conflict_was_not_minimal_in_time(monkeypatch):
    monkeypatch.setattr(conflict_module, "oracle", lambda *_, **__: lambda _rows, _left_s: None)
    solution = solve(problem([locked("p"), locked("q")]), Limits(time_limit_s=90.0, threads=1))
    assert solution.status is PlanStatus.INFEASIBLE
    assert solution.conflict.minimal is False
    assert {rule_of(row) for row in solution.conflict.rows} == {"pinned", "floor-area"}


def test_a_conflict_that_no_engine_shrinks_names_everything_that_may_be_blamed(monkeypatch):
    monkeypatch.setattr(conflict_module, "oracle", lambda *_, **__: lambda _rows, _left_s: None)
    monkeypatch.setattr(conflict_module, "assumptions", lambda *_, **__: lambda _rows, _left_s: None)
    solution = solve(problem([locked("p"), locked("q")]), Limits(time_limit_s=90.0, threads=1))
    assert solution.status is PlanStatus.INFEASIBLE
    assert {rule_of(row) for row in solution.conflict.rows} >= {"pinned", "floor-area"}
    assert not any(rule_of(row) in conflict_module.DEFINING for row in solution.conflict.rows)


def test_floor_that_tenants_hold_beyond_what_there_is_counts_in_the_change_not_in_the_amount():
    crowd = Tenancy(tenancy_id="t", space_id="s", occupant="x", floor_area_m2=1200)
    found = repair(problem([locked("p", 600)], tenancies=(crowd,)), means(), frozenset({"pinned"}))
    (loosened,) = found.loosened
    assert (loosened.limit.name, loosened.amount) == ("floor-area/s", 600)
    assert (loosened.change.before, loosened.change.after) == (1000, 1800)
    verify(found.repaired, found.plan)


def test_months_of_one_space_are_one_limit_and_the_worst_month_counts():
    early = locked("p", 800, lease_months=3)
    late = project("q", component(project_id="q", floor_area_m2=700, pinned_to="s", start_until=NOW + 1))
    sitting = Tenancy(tenancy_id="t", space_id="s", occupant="x", floor_area_m2=500, since=NOW + 2, until=NOW + 6)
    found = repair(problem([early, late], tenancies=(sitting,)), means(), frozenset({"pinned"}))
    (loosened,) = found.loosened
    assert loosened.amount == 800 + 700 + 500 - 1000


def test_a_supply_is_repaired_where_floor_is_not_short():
    case = problem(
        [locked("p", 100, power_kw=40), locked("q", 100, power_kw=30)], [space(power_kw=99)], [park(power_kw=50)]
    )
    (loosened,) = repair(case, means(), frozenset({"pinned"})).loosened
    assert (loosened.limit.name, loosened.limit.unit, loosened.amount) == ("utilities/k/power_kw", "power_kw", 20)
    assert (loosened.change.record, loosened.change.after) == ("park", 70)


def test_more_floor_that_also_satisfies_a_reserve_is_one_repair():
    held = Reserve(name="held", place="s", floor_area_m2=300, until=NOW + 9, tiers=frozenset({Tier.MAJOR}))
    case = problem([locked("p", 1200, start_until=NOW)], [space("s"), space("n")], rules=policy(reserves=(held,)))
    roomy = problem([locked("p", 900)], rules=policy(reserves=(held,)))
    (loosened,) = repair(roomy, means(), frozenset({"pinned"})).loosened
    assert (loosened.limit.name, loosened.amount) == ("reserve/held", 200)
    assert repair(case, means(), frozenset({"pinned"})).status is PlanStatus.INFEASIBLE, "it fits into no space"


def test_a_feasible_batch_needs_no_repair():
    found = repair(problem([project()]), means())
    assert (found.needed, found.loosened) == (False, ())


def test_without_time_nothing_is_claimed():
    case = problem([project()])
    verified = verify(case, plan(("p/c", "s")))
    late = AnalysisBudget(time_limit_s=0.0)
    lost = importance(verified, late)
    assert (lost.undone, lost.losses) == (("s",), ())
    firm = sensitivity(verified, late, samples=3)
    assert (firm.samples, firm.undone) == (0, 3)
    assert repair(problem([locked("p"), locked("q")]), late).status is PlanStatus.NO_SOLUTION


def test_two_engines_prove_twice():
    verified = verify(case := problem([project()]), plan(("p/c", "s")))
    (loss,) = importance(verified, AnalysisBudget(time_limit_s=120.0, engines=("cp-sat", "scip"))).losses
    assert loss.deltas["value"] == -case.projects[0].value
    assert loss.goals[0].proved_by == ("cp-sat", "scip")


def test_progress_is_told_solve_by_solve():
    told = []
    case = problem([project("p"), project("q", component(project_id="q"))], [space("s"), space("n")])
    verified = verify(case, plan(("p/c", "s"), ("q/c", "n")))
    importance(verified, AnalysisBudget(time_limit_s=120.0, watch=lambda *said: told.append(said)))
    assert [(done, of) for done, of, _ in told] == [(1, 2), (2, 2)]
    assert {what for *_, what in told} == {"s", "n"}


def test_a_curve_without_a_published_plan_is_refused():
    with pytest.raises(ValueError, match="no published plan"):
        move_curve(problem([project()]), means())
