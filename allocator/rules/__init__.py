"""Every hard rule, in the order in which reports list them."""

from collections.abc import Mapping

from allocator.rules.base import Choose, Compared, NamedRow, PartBreach, Rule
from allocator.rules.budget import Budget
from allocator.rules.floor_area import FloorArea
from allocator.rules.links import Links
from allocator.rules.move_budget import MoveBudget
from allocator.rules.named_project import NamedProjectSited
from allocator.rules.pinned import Pinned
from allocator.rules.placed_once import PlacedOnce
from allocator.rules.positioning import Positioning
from allocator.rules.quota import Quotas
from allocator.rules.reserve import Reserved
from allocator.rules.separation import Separations
from allocator.rules.utilities import Utilities

RULES: tuple[Rule, ...] = (
    PlacedOnce(),
    FloorArea(),
    Utilities(),
    Positioning(),
    NamedProjectSited(),
    Links(),
    Separations(),
    Reserved(),
    Pinned(),
    Budget(),
    Quotas(),
    MoveBudget(),
)

RULE_BY_ID: Mapping[str, Rule] = {rule.id: rule for rule in RULES}

__all__ = ["RULES", "RULE_BY_ID", "Choose", "Compared", "NamedRow", "PartBreach", "Rule"]
