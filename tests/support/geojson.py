"""Small GeoJSON documents."""


def feature(geometry, **properties):
    return {"type": "Feature", "properties": {"park_id": "A", "district": "440310"} | properties, "geometry": geometry}


def collection(*features, **members):
    return {"type": "FeatureCollection", "features": list(features), **members}
