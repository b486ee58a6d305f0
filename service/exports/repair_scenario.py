"""A repair as a scenario: a patch of the inputs that `allocator plan --scenario` applies."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from allocator.domain.policy import numbered, read_joined
from allocator.rules.limits import Edit
from geodata.records.inputs import Inputs
from service.exports.plan_files import write_text

Patch = dict[str, Any]


def write_patch(path: Path, inputs: Inputs, changes: Sequence[Edit | None]) -> Path:
    """Write the changes that a scenario can state; what it cannot, a comment says."""
    known = [change for change in changes if change is not None]
    shown = inputs.model_dump(mode="json", by_alias=True)
    text = yaml.safe_dump(patch(inputs, known), allow_unicode=True, sort_keys=False)
    remarks = [f"# not stated here: {_remark(change)}\n" for change in known if _patcher(change.record, shown) is None]
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_text(path, "".join([*remarks, text]))


def _remark(change: Edit) -> str:
    """What to do about a change that is no input of a scenario; names are quoted, so that each remark is one line."""
    if change.record == "problem":
        return f"plan with --max-moves {change.after}"
    return f"{change.field} of {change.record} {change.id!r} changes from {change.before!r} to {change.after!r}"


def patch(inputs: Inputs, changes: Iterable[Edit]) -> Patch:
    """The changes as a scenario."""
    made: Patch = {"name": "repair"}
    shown = inputs.model_dump(mode="json", by_alias=True)
    for change in changes:
        patcher = _patcher(change.record, shown)
        if patcher is not None:
            patcher(made, shown, change)
    return made


def _added(kind: str, key: str) -> "Patcher":
    """A whole record in place of the one there is, with the changed field."""

    def put(made: Patch, shown: Patch, change: Edit) -> None:
        listed = made.setdefault("add", {}).setdefault(kind, [])
        record = next((r for r in listed if r[key] == change.id), None)
        if record is None:
            record = dict(next(r for r in shown[kind] if r[key] == change.id))
            listed.append(record)
        record[change.field] = change.after

    return put


def _district(made: Patch, _shown: Patch, change: Edit) -> None:
    permissions = made.setdefault("permissions", {}).setdefault(change.id, {})
    permissions[change.field.partition(".")[2]] = change.after


def _policy(made: Patch, shown: Patch, change: Edit) -> None:
    policy = made.setdefault("policy", {})
    if change.field != "named_projects":
        policy[change.field] = change.after
        return
    listed = policy.get("named_projects", shown["policy"]["named_projects"])
    names = list(numbered(named["name"] for named in listed))
    lifted = set(read_joined(f"{change.id}@", names))
    policy["named_projects"] = [named for name, named in zip(names, listed, strict=True) if name not in lifted]


def _listed(kind: str) -> "Patcher":
    """A list of the policy with one record changed; a reserve of nothing is none."""

    def put(made: Patch, shown: Patch, change: Edit) -> None:
        policy = made.setdefault("policy", {})
        listed = policy.get(kind, shown["policy"][kind])
        names = zip(numbered(r["name"] for r in listed), listed, strict=True)
        changed = [{**r, change.field: change.after} if name == change.id else r for name, r in names]
        policy[kind] = [r for r in changed if r.get("floor_area_m2") != 0]

    return put


def _project(made: Patch, shown: Patch, change: Edit) -> None:
    project = next(each for each in shown["projects"] if each["project_id"] == change.id)
    changed = made.setdefault("projects", {}).setdefault(change.id, {"links": project["links"]})
    named = numbered(f"{link['from']}~{link['to']}/{link['kind']}" for link in changed["links"])
    changed["links"] = [link for name, link in zip(named, changed["links"], strict=True) if name != change.before]


def _component(made: Patch, shown: Patch, change: Edit) -> None:
    part = next(
        part
        for project in shown["projects"]
        for part in project["components"]
        if f"{project['project_id']}/{part['component_id']}" == change.id
    )
    changed = made.setdefault("projects", {}).setdefault(change.id, {})
    if change.field == "pinned_to":
        changed["pinned_to"] = None
    elif change.field == "barred_from":
        changed["barred_from"] = []
    else:
        left = changed.get(change.field, part[change.field])
        changed[change.field] = [word for word in left if word != change.before]


Patcher = Callable[[Patch, Patch, Edit], None]

PATCHES: Mapping[str, Patcher] = {
    "space": _added("spaces", "space_id"),
    "park": _added("parks", "park_id"),
    "district": _district,
    "policy": _policy,
    "project": _project,
    "component": _component,
}
"""How each kind of change is stated; a budget of moves is an argument, not an input of a scenario."""


def _patcher(record: str, shown: Patch) -> Patcher | None:
    """How a kind of change is stated: entries of a list of the policy go by the singular of its name."""
    listed = f"{record}s"
    return PATCHES.get(record) or (_listed(listed) if listed in shown["policy"] else None)
