"""District boundaries: read, checked, and compared with where the parks say they are."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import mapping, shape

from allocator.errors import Fault
from geodata.cells.field_types import Origin, ParkCrs
from geodata.faults import fault, file_fault, raise_all
from geodata.geometry.crs import EDGE_CRS, gcj02_to_wgs84
from geodata.geometry.measure import distance_to_district_m, district_of, points_at
from geodata.readers.layers import Layer, read_layer
from geodata.readers.record_reader import id_of
from geodata.records.registry_records import BoundaryRecord, ParkRecord

TOLERANCE_M = 500
"""How far outside its district's boundary a park may lie: the size of a park, and of a coarse boundary's error."""

_POLYGONS = frozenset({"Polygon", "MultiPolygon"})


def read_boundaries(path: Path) -> gpd.GeoDataFrame:
    """Columns adcode, name_zh, name_en and polygons in EPSG:4490; raises InputError with every fault."""
    layer = read_layer(path, "boundaries")
    raise_all([*layer.faults, *_faults(layer)])
    table = pd.DataFrame(
        {
            "adcode": [id_of(row.get("adcode")) for row in layer.properties],
            "name_zh": [str(row.get("name_zh") or "") for row in layer.properties],
            "name_en": [str(row.get("name_en") or "") for row in layer.properties],
        },
        dtype=object,
    )
    return gpd.GeoDataFrame(table, geometry=layer.shapes.array, crs=layer.shapes.crs)


def _faults(layer: Layer) -> list[Fault]:
    faults = [] if layer.properties else [file_fault(layer.file, "has no features", "Export the layer again.")]
    first: dict[str, int] = {}
    for number, (row, found) in enumerate(zip(layer.properties, layer.shapes, strict=True), start=1):
        origin, adcode = Origin(layer.file, number), id_of(row.get("adcode"))
        if adcode is None:
            faults.append(fault(origin, "adcode", row.get("adcode"), "is missing", "Give the district's adcode."))
        elif first.setdefault(adcode, number) != number:
            message = f"is the adcode of feature {first[adcode]} as well"
            faults.append(fault(origin, "adcode", adcode, message, "Merge the two into one multipolygon."))
        if found is not None and found.geom_type not in _POLYGONS:
            faults.append(fault(origin, "geometry", found.geom_type, "is not a polygon", "Draw the district's area."))
    return faults


def boundary_records(boundaries: gpd.GeoDataFrame) -> tuple[BoundaryRecord, ...]:
    """The outlines as records, by adcode."""
    ordered = boundaries.sort_values("adcode")
    return tuple(
        BoundaryRecord(adcode=row.adcode, name_zh=row.name_zh, name_en=row.name_en, geometry=mapping(row.geometry))
        for row in ordered.itertuples()
    )


def boundaries_of(records: Sequence[BoundaryRecord]) -> gpd.GeoDataFrame:
    """Outlines of records, as :func:`read_boundaries` gives them."""
    columns = ("adcode", "name_zh", "name_en")
    table = pd.DataFrame({name: [getattr(each, name) for each in records] for name in columns}, dtype=object)
    return gpd.GeoDataFrame(table, geometry=[shape(dict(each.geometry)) for each in records], crs=EDGE_CRS)


def wgs84_degrees(park: ParkRecord) -> tuple[float, float]:
    """Longitude and latitude of a park in EPSG:4490 degrees, whatever datum it was given in."""
    if park.crs is not ParkCrs.GCJ02:
        return park.lon, park.lat
    lon, lat = gcj02_to_wgs84(park.lon, park.lat)
    return float(lon), float(lat)


def misplaced(
    parks: Iterable[ParkRecord], boundaries: gpd.GeoDataFrame | None, tolerance_m: float = TOLERANCE_M
) -> list[Fault]:
    """Faults of parks farther than the tolerance outside the district they name; none without boundaries."""
    known = set() if boundaries is None else set(boundaries["adcode"])
    tested = {park.park_id: park for park in parks if park.district in known}
    if boundaries is None or not tested:
        return []
    degrees = [wgs84_degrees(park) for park in tested.values()]
    points = points_at(tested, [lon for lon, _ in degrees], [lat for _, lat in degrees])
    named = pd.Series([park.district for park in tested.values()], index=points.index, dtype=object)
    metres = distance_to_district_m(points, named, boundaries)
    within = district_of(points, boundaries)
    names = dict(zip(boundaries["adcode"], boundaries["name_zh"], strict=True))
    return [
        _misplaced(tested[park_id], metres[park_id], within[park_id], names)
        for park_id in points.index
        # A point beyond the projection has no distance; it is certainly not in the district.
        if not np.isfinite(metres[park_id]) or metres[park_id] > tolerance_m
    ]


def _misplaced(park: ParkRecord, metres: float, within: str | None, names: Mapping[str, str]) -> Fault:
    actual = f"in {within} {names[within]}" if within is not None else "outside every district"
    far = f"{metres:,.0f} m" if np.isfinite(metres) else "far"
    message = f"puts park {park.park_id} {far} outside its district {park.district} {names[park.district]}, {actual}"
    remedy = "Correct lon and lat or the district; coordinates from Amap or Tencent need crs gcj02."
    return fault(park.origin, "lon", f"{park.lon:.6f}, {park.lat:.6f}", message, remedy)
