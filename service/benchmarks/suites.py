"""The sets of instances that are measured together, and what each is to show."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from allocator.benchmarks.harness import PEERS, Limits, engine_names
from allocator.benchmarks.instance_files import bench_folder
from allocator.benchmarks.result import Result
from service.benchmarks.runner import Job
from service.benchmarks.tables import best_engines, by_instance, percent

OURS = "scale"
EVERY_PEER = tuple(PEERS)


@dataclass(frozen=True)
class Target:
    """Something that a set is to show: words, and a measure that says what was found and whether it is met.

    The measure is given our results and all results of the set; it is asked only where ours are complete.
    """

    words: str
    measure: Callable[[Sequence[Result], Sequence[Result]], tuple[str, bool]]


@dataclass(frozen=True)
class BenchSet:
    """Instances under one limit with the engines that run on them; paths are under the shared folder."""

    name: str
    title: str
    paths: tuple[str, ...]
    time_limit_s: float
    peers: tuple[str, ...]
    targets: tuple[Target, ...]

    def jobs(self, threads: int, seed: int) -> list[Job]:
        """One job per instance that is there; engines that are not built in yet are left out."""
        engines = tuple(name for name in (OURS, *self.peers) if name in engine_names())
        found = [path for pattern in self.paths for path in sorted(bench_folder().glob(pattern)) if _is_instance(path)]
        return [Job(path, engines, Limits(self.time_limit_s, threads, seed)) for path in found]


def _is_instance(path: Path) -> bool:
    return path.is_file() and path.name != "os"


def _gaps_to_best(mean: float, worst: float) -> Target:
    def measure(ours: Sequence[Result], _: Sequence[Result]) -> tuple[str, bool]:
        gaps = [result.gap_to_best_known for result in ours if result.gap_to_best_known is not None]
        if len(gaps) < len(ours):
            return f"{len(ours) - len(gaps)} without an answer", False
        return f"mean {percent(fmean(gaps))}, worst {percent(max(gaps))}", fmean(gaps) <= mean and max(gaps) <= worst

    return Target(f"mean gap to best known ≤ {mean:.2%}, worst ≤ {worst:.2%}", measure)


def _as_good_as_peers(words: str, *, strictly: bool) -> Target:
    def measure(_: Sequence[Result], every: Sequence[Result]) -> tuple[str, bool]:
        # where nobody else was run there is nothing to be better than
        groups = [group for group in by_instance(every) if any(result.engine != OURS for result in group)]
        if not groups:
            return "not measured", False
        won = [group for group in groups if _wins(group, strictly=strictly)]
        lost = ", ".join(group[0].instance for group in groups if group not in won)
        return f"{len(won)} of {len(groups)}{f'; not {lost}' if lost else ''}", len(won) == len(groups)

    return Target(words, measure)


def _wins(group: Sequence[Result], *, strictly: bool) -> bool:
    best = best_engines(group)
    optimal = any(result.proven_optimal for result in group if result.engine == OURS)
    # where the optimum is proven nobody can be strictly better
    return OURS in best and (not strictly or optimal or best == {OURS})


def _bound_within(share: float, kinds: str) -> Target:
    def measure(ours: Sequence[Result], _: Sequence[Result]) -> tuple[str, bool]:
        asked = [result for result in ours if result.instance[0] in kinds]
        off = [_bound_off(result) for result in asked]
        worst = max((each for each in off if each is not None), default=None)
        complete = None not in off and worst is not None
        return f"worst {percent(worst)}", complete and worst is not None and worst <= share

    return Target(f"lower bound within {share:.2%} of the best known bound on {' and '.join(kinds)}", measure)


def _bound_off(result: Result) -> float | None:
    """How far an engine's bound lies from the tightest proven one, as a fraction of that."""
    if result.bound is None or result.proven_bound is None:
        return None
    return abs(result.proven_bound - result.bound) / max(1, abs(result.proven_bound))


def _proven(within_s: float) -> Target:
    def measure(ours: Sequence[Result], _: Sequence[Result]) -> tuple[str, bool]:
        done = [result for result in ours if result.proven_optimal and result.seconds <= within_s + 1]
        slowest = max((result.seconds for result in done), default=0.0)
        return f"{len(done)} of {len(ours)}, slowest {slowest:.1f} s", len(done) == len(ours)

    return Target(f"proven optimal, all, ≤ {within_s:g} s each", measure)


def _proven_gaps(limits: dict[str, float]) -> Target:
    def measure(ours: Sequence[Result], _: Sequence[Result]) -> tuple[str, bool]:
        told = [f"{result.instance} {percent(result.gap_to_own_bound)}" for result in ours]
        met = [
            result.gap_to_own_bound is not None and result.gap_to_own_bound <= limits[result.instance]
            for result in ours
        ]
        return "; ".join(told), all(met)

    words = ", ".join(f"{name} ≤ {share:.2%}" for name, share in limits.items())
    return Target(f"proven gap {words}", measure)


def _peak(most_gib: float) -> Target:
    def measure(ours: Sequence[Result], _: Sequence[Result]) -> tuple[str, bool]:
        most = max(result.peak_mib for result in ours) / 1024
        return f"{most:.1f} GiB", most <= most_gib

    return Target(f"peak memory ≤ {most_gib:g} GiB", measure)


def seconds_to_gap(result: Result, share: float, target: float | None = None) -> float | None:
    """When a run's value first came within a share of a target, by default of its own bound at that moment."""
    for at_s, value, bound in result.trajectory:
        aim = bound if target is None else target
        if value is not None and aim is not None and abs(aim - value) <= share * abs(value):
            return at_s
    return None


def _first_plan(share: float, within_s: float) -> Target:
    def measure(ours: Sequence[Result], _: Sequence[Result]) -> tuple[str, bool]:
        times = {result.instance: seconds_to_gap(result, share, result.proven_bound) for result in ours}
        told = [f"{name} {'never' if at is None else f'{at:.1f} s'}" for name, at in times.items()]
        return "; ".join(told), all(at is not None and at <= within_s for at in times.values())

    return Target(f"first plan within {share:.0%} of the final bound ≤ {within_s:g} s", measure)


HARD_GAP = BenchSet(
    "gap-hard",
    "Generalized assignment, the hard types",
    ("gap/chu1997/[cd]*", "gap/yagiura2004/[cde]*"),
    30,
    EVERY_PEER,
    (
        _gaps_to_best(0.001, 0.004),
        _as_good_as_peers("at least as good as the best peer on every instance", strictly=False),
        _bound_within(0.0005, "cd"),
    ),
)
PROVEN = BenchSet(
    "proven",
    "To be proven optimal",
    ("gap/cattrysse1994/*", "gap/chu1997/[ab]*", "sscflp/holmberg_71/*"),
    30,
    ("cp-sat",),
    (_proven(30),),
)
CITY = BenchSet(
    "city",
    "Cities that peers can try",
    ("city/city-100x60.json.gz", "city/city-300x120.json.gz", "city/city-500x200.json.gz"),
    60,
    EVERY_PEER,
    (
        _proven_gaps({"city-100x60": 0.003, "city-300x120": 0.0025, "city-500x200": 0.0025}),
        _as_good_as_peers("value above every peer's", strictly=True),
    ),
)
CITY_2000 = BenchSet(
    "city-2000",
    "A large city",
    ("city/city-2000x800.json.gz",),
    180,
    ("cp-sat",),
    (_proven_gaps({"city-2000x800": 0.005}), _peak(6), _first_plan(0.05, 20)),
)
CITY_5000 = BenchSet(
    "city-5000",
    "The largest city",
    ("city/city-5000x1000.json.gz",),
    300,
    ("cp-sat",),
    (_proven_gaps({"city-5000x1000": 0.01}), _peak(6), _first_plan(0.05, 20)),
)

FULL = (HARD_GAP, PROVEN, CITY, CITY_2000, CITY_5000)

QUICK = (
    BenchSet("gap-quick", "Generalized assignment", ("gap/chu1997/[cd]20200",), 10, EVERY_PEER, HARD_GAP.targets),
    BenchSet("proven-quick", "To be proven optimal", ("gap/*/gap1-*", "sscflp/*/p1"), 10, ("cp-sat",), (_proven(10),)),
    BenchSet(
        "city-quick",
        "A city",
        ("city/city-100x60.json.gz",),
        10,
        EVERY_PEER,
        (_proven_gaps({"city-100x60": 0.003}),),
    ),
)

PRESETS = {"full": FULL, "quick": QUICK}
