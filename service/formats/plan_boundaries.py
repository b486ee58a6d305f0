"""The outlines that a plan is checked against and drawn on: its registry's own, else the city's."""

import json
from collections.abc import Sequence
from typing import Any

import geopandas as gpd

from geodata.readers.boundaries import boundaries_of, boundary_records
from geodata.records.inputs import BoundaryRecord, Inputs
from seeds.load import load_boundaries


def own_boundaries(boundaries: gpd.GeoDataFrame | None) -> tuple[BoundaryRecord, ...]:
    """The outlines as records where they are not the city's, which every installation has; else none."""
    if boundaries is None or boundaries.equals(load_boundaries()):
        return ()
    return boundary_records(boundaries)


def outlines(own: Sequence[BoundaryRecord], adcodes: Sequence[str]) -> gpd.GeoDataFrame:
    """A registry's own outlines, else the city's if they show any of these districts, else none."""
    if own:
        return boundaries_of(own)
    city = load_boundaries()
    return city if set(adcodes) & set(city["adcode"]) else city.iloc[:0]


def boundaries_for(inputs: Inputs | None) -> gpd.GeoDataFrame:
    """Outlines for inputs; a plan without inputs is one of the city."""
    if inputs is None:
        return load_boundaries()
    return outlines(inputs.boundaries, [district.adcode for district in inputs.districts])


def drawn_boundaries(inputs: Inputs | None) -> dict[str, Any]:
    """The same as a GeoJSON FeatureCollection."""
    drawn: dict[str, Any] = json.loads(boundaries_for(inputs).to_json(drop_id=True))
    return drawn
