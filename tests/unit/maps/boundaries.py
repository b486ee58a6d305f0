"""The seeded boundary file, as the pages get it."""

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def boundaries() -> dict[str, Any]:
    """District polygons of the city."""
    path = Path(__file__).parents[3] / "seeds" / "boundaries.geojson"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded
