"""The policy of another month: what it says then, and what was changed in it by hand kept."""

from datetime import date
from typing import Any

from geodata.records.inputs import DistrictRecord, Inputs, PolicyRecord
from seeds.load import SeedError, load_districts, load_policy, parameter
from service.database.clock import today


def usual_slack_months() -> int:
    """Months after the asked one up to which a part that names no latest start may start, by the policy of today."""
    return int(parameter("start_slack_months", today()))


def redated(inputs: Inputs, plan_from: str) -> Inputs:
    """Inputs that begin in another month, under the policy of that month.

    A field of the policy, a permission or a district's word that differs from what held in the inputs' own month was
    changed by a scenario or a registry, and stays as it is; all else takes the value of the new month.  Raises
    SeedError when there is no policy yet in the new month.
    """
    then, now = (date.fromisoformat(f"{month}-01") for month in (inputs.plan_from, plan_from))
    try:
        policy, districts = load_policy(then), load_districts(then)
    except SeedError:
        # nothing of these inputs came from the dated policy
        return inputs.model_copy(update={"plan_from": plan_from})
    old = {district.adcode: district for district in districts}
    new = {district.adcode: district for district in load_districts(now)}
    changed = {
        "plan_from": plan_from,
        "policy": _carried(inputs.policy, policy, load_policy(now)),
        "districts": tuple(
            _district(record, old[record.adcode], new[record.adcode]) if record.adcode in old else record
            for record in inputs.districts
        ),
    }
    return inputs.model_copy(update=changed)


def _carried(record: PolicyRecord, then: PolicyRecord, now: PolicyRecord) -> PolicyRecord:
    kept = {name: getattr(record, name) for name in _changed(record, then)}
    return now.model_copy(update=kept)


def _district(record: DistrictRecord, then: DistrictRecord, now: DistrictRecord) -> DistrictRecord:
    kept: dict[str, Any] = {name: getattr(record, name) for name in _changed(record, then)}
    kept["permissions"] = {
        function: permission if permission != then.permissions[function] else now.permissions[function]
        for function, permission in record.permissions.items()
    }
    return now.model_copy(update=kept)


def _changed(record: PolicyRecord | DistrictRecord, then: PolicyRecord | DistrictRecord) -> list[str]:
    """Names of the fields of a record that differ from another."""
    said, held = (one.model_dump(mode="json") for one in (record, then))
    return [name for name, value in said.items() if value != held[name]]
