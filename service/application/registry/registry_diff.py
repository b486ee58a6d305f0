"""What changed between two versions of the registry: records that came, went, or say something else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

KEYS = {"districts": "adcode", "parks": "park_id", "spaces": "space_id", "tenancies": "tenancy_id"}
"""Field by which a record of each kind is known."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that says something else; None where a record does not state it."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class RecordChange:
    """A record that is in both versions, with the fields that differ."""

    id: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class KindChanges:
    """Records of one kind by what became of them; what came and went stands whole."""

    kind: str
    came: tuple[Mapping[str, Any], ...]
    went: tuple[Mapping[str, Any], ...]
    changed: tuple[RecordChange, ...]

    @property
    def key(self) -> str:
        """Field by which its records are known."""
        return KEYS[self.kind]

    def __bool__(self) -> bool:
        return bool(self.came or self.went or self.changed)


def registry_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[KindChanges]:
    """Changes from one version's content to another's, by kind, in the order of the registry; the same is none."""
    return [_kind(kind, before.get(kind) or (), after.get(kind) or ()) for kind in KEYS]


def _kind(kind: str, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> KindChanges:
    key = KEYS[kind]
    old, new = ({str(record[key]): record for record in records} for records in (before, after))
    return KindChanges(
        kind,
        came=tuple(record for name, record in new.items() if name not in old),
        went=tuple(record for name, record in old.items() if name not in new),
        changed=tuple(_changed(old, new)),
    )


def _changed(old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]) -> Iterator[RecordChange]:
    for name, record in new.items():
        stood = old.get(name, record)
        fields = dict.fromkeys((*stood, *record))
        differ = [FieldChange(field, stood.get(field), record.get(field)) for field in fields]
        found = tuple(one for one in differ if one.before != one.after)
        if found:
            yield RecordChange(name, found)
