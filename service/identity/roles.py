"""Roles, and what each may do."""

from dataclasses import dataclass
from enum import StrEnum

from service.database.engine import EVERYWHERE, Scope


class Role(StrEnum):
    """What a person is here."""

    VIEWER = "viewer"
    PLANNER = "planner"
    REVIEWER = "reviewer"
    OPERATOR = "operator"
    ADMIN = "admin"


class Right(StrEnum):
    """What a route asks for."""

    READ = "read"
    PLAN = "plan"
    REVIEW = "review"
    SUPPLY = "supply"
    OPERATE = "operate"
    ADMINISTER = "administer"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VIEWER: frozenset({Right.READ}),
    Role.PLANNER: frozenset({Right.READ, Right.PLAN}),
    Role.REVIEWER: frozenset({Right.READ, Right.REVIEW}),
    Role.OPERATOR: frozenset({Right.READ, Right.SUPPLY, Right.OPERATE}),
    Role.ADMIN: frozenset(Right),
}
"""Viewers read; planners plan and propose; reviewers decide and publish; operators keep registries and nights."""

DISTRICT_ROLES = frozenset({Role.VIEWER, Role.PLANNER})
"""Roles that may be bound to a district."""


@dataclass(frozen=True)
class Principal:
    """A person who was recognised: name, role, and the district that binds it, if one does."""

    person: str
    role: Role
    district: str | None = None

    def may(self, right: Right) -> bool:
        """Whether the role has a right."""
        return right in RIGHTS[self.role]

    @property
    def scope(self) -> Scope:
        """Whose rows the person sees."""
        return Scope(self.person, EVERYWHERE if self.district is None else self.district)
