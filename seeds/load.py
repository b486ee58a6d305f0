"""Hands the seeds to the rest: districts and policy of a day, labels, and the seed registry and batch."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd

from geodata.readers.read_files import read_boundaries, read_submission
from geodata.records.inputs import DistrictRecord, Inputs, NamedProjectRecord, PolicyRecord
from seeds.dated_values import HERE, Entry, SeedError, cite, read, sourced, valid_on
from seeds.policy_facts import policy_facts, targets

__all__ = [
    "SeedError",
    "batch_path",
    "labels",
    "load_boundaries",
    "load_districts",
    "load_policy",
    "parameter",
    "plan_from",
    "policy_facts",
    "registry_dir",
    "seed_inputs",
    "targets",
]

_POLICY_PARAMETERS = (
    "kinds_for",
    "fit_points",
    "speciality_points",
    "exception_budget",
    "separations",
    "reserves",
    "quotas",
    "move_price",
    "opening_months",
    "start_slack_months",
    "tier_points",
    "priority_points",
)


def load_districts(on: date) -> tuple[DistrictRecord, ...]:
    """The five districts with the permissions valid on a day; raises SeedError if there are none yet."""
    return tuple(_district(entry, on) for entry in read("districts.yaml")["districts"])


def load_policy(on: date) -> PolicyRecord:
    """The policy's numbers valid on a day; raises SeedError if one has no value yet or no source."""
    return PolicyRecord(
        **{name: parameter(name, on) for name in _POLICY_PARAMETERS},
        named_projects=tuple(_named(entry) for entry in parameter("named_projects", on)),
        source="; ".join(sorted({_parameter_entry(name)["document"] for name in _POLICY_PARAMETERS})),
    )


def parameter(name: str, on: date) -> Any:
    """Value of a parameter on a day."""
    return valid_on(_parameter_entry(name)["values"], on, f"parameter {name}")


def plan_from() -> str:
    """First month of the seed batch, YYYY-MM."""
    return str(parameter("plan_from", date.max))


def labels() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Labels by vocabulary, code and language: ``labels()["segment"]["ivd"]["zh"]``; role has adcodes as codes."""
    found: Mapping[str, Mapping[str, Mapping[str, str]]] = read("vocabulary.yaml")
    return found


def registry_dir() -> Path:
    """Directory of the seed registry: parks, spaces, tenancies."""
    return HERE / "registry"


def batch_path() -> Path:
    """The seed batch of projects, one row a component."""
    return HERE / "projects.csv"


@cache
def load_boundaries() -> gpd.GeoDataFrame:
    """Boundaries of the city's districts, read once; not to be changed."""
    return read_boundaries(HERE / "boundaries.geojson")


def seed_inputs(on: date | None = None) -> Inputs:
    """Seed batch, seed registry, and the policy of a day, by default of the batch's first month."""
    day = on or date.fromisoformat(f"{plan_from()}-01")
    districts = load_districts(day)
    projects, registry = read_submission(batch_path(), registry_dir(), districts, load_boundaries())
    return Inputs(
        districts=districts,
        parks=tuple(registry.parks),
        spaces=tuple(registry.spaces),
        tenancies=tuple(registry.tenancies),
        projects=tuple(projects),
        policy=load_policy(day),
        plan_from=plan_from(),
    )


def _parameter_entry(name: str) -> Entry:
    entry: Entry = read("parameters.yaml")["parameters"][name]
    return sourced(entry, f"parameter {name}")


def _district(entry: Entry, on: date) -> DistrictRecord:
    name = f"district {entry['adcode']}"
    return DistrictRecord(
        permissions=valid_on(entry["permissions"], on, name),
        source=cite(sourced(entry, name)),
        **{field: entry[field] for field in ("adcode", "name_zh", "name_en", "role_zh", "role_en", "side")},
    )


def _named(entry: Entry) -> NamedProjectRecord:
    fields = {name: value for name, value in entry.items() if name != "policy"}
    return NamedProjectRecord(source=cite(_parameter_entry("named_projects"), entry["policy"]), **fields)
