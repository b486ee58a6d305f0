"""Relations between the optima of problems that differ in one thing: nobody needs to know the optimum to check them.

ALLOCATOR_METAMORPHIC sets how many problems are drawn; each is checked in some fifteen relations.
"""

import os
from collections import Counter

from tests.property.relations import RELATIONS
from tests.support.batch_relations import check_many

COUNT = int(os.environ.get("ALLOCATOR_METAMORPHIC", "80"))


def test_every_relation_between_optima_holds():
    checked = check_many(list(range(COUNT)))
    broken = [(name, seed) for name, seed, holds, _ in checked if not holds]
    assert broken == []
    counted = Counter(name for name, _, _, _ in checked)
    assert set(counted) == {relation.name for relation in RELATIONS}, "every relation must be checked"
    feasible = Counter(name for name, _, _, allowed in checked if allowed)
    assert all(feasible[name] for name in counted), "in problems that allow a plan, too"
    print(f"{len(checked):,} checks of {len(counted)} relations")
