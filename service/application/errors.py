"""Why a use case refuses; each presentation says it in its own way (:mod:`service.web.problems` translates).

Faults of what was sent are :class:`allocator.errors.InputError`; a queue that is full is
:class:`service.repositories.fair_queue.QuotaError`; a step that a review does not allow is
:class:`service.repositories.review.ReviewError`.
"""

from collections.abc import Iterable, Mapping
from typing import Any


class UseCaseError(Exception):
    """Raised by use cases; ``kind`` is for programs, ``detail`` a sentence, ``errors`` name the parts at fault."""

    def __init__(self, kind: str, detail: str, errors: Iterable[Mapping[str, Any]] = ()) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.errors = kind, detail, list(errors)


class NotFoundError(UseCaseError):
    """Nothing of that name, or nothing that this person may see: the two look the same."""

    def __init__(self, what: str) -> None:
        super().__init__("not-found", f"There is no such {what}.")


class ConflictError(UseCaseError):
    """Something stands against it now."""


class NotAllowedError(UseCaseError):
    """The role or the district of the person does not allow it."""

    def __init__(self, detail: str) -> None:
        super().__init__("not-allowed", detail)


class InvalidError(UseCaseError):
    """What was asked for does not hold; ``errors`` name each part with its remedy."""


class NoVersionError(UseCaseError):
    """A change that does not say which version it was made from."""

    def __init__(self) -> None:
        super().__init__("no-version", "Send If-Match with the ETag that you have read.")


class StaleVersionError(UseCaseError):
    """A change of something that was changed since it was read; ``version`` is the one that there is now."""

    def __init__(self, version: str) -> None:
        super().__init__("stale-version", "It was changed since; read it again.")
        self.version = version


def must_be_current(expected: Iterable[str] | None, version: str) -> None:
    """Refuse a change of another version than there is; raises NoVersionError and StaleVersionError."""
    if expected is None:
        raise NoVersionError
    if version not in expected:
        raise StaleVersionError(version)
