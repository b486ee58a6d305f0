"""What an operator sets for maps: tile layers and the map approval number; a file that the environment names.

Without the file there are no tiles, and the line for the approval number (审图号) says that it is pending.
"""

import os
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from allocator.errors import Fault, InputError
from maps.folium_frame import TileSource

VARIABLE = "ALLOCATOR_MAP_SETTINGS"
"""Environment variable with the path of the settings."""


class Tiles(BaseModel):
    """One tile layer, off until a reader switches it on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    url: str = Field(description="Address with {x}, {y}, {z} and, if need be, {s}.")
    credit: str
    subdomains: str = "abc"
    datum: Literal["wgs84", "gcj02"] = Field("wgs84", description="gcj02 for Amap and other shifted tiles.")

    @property
    def source(self) -> TileSource:
        """As the map takes it; raises ValueError for what is no address, name or credit."""
        return TileSource(self.name, self.url, self.credit, self.subdomains, self.datum)


class MapSettings(BaseModel):
    """Tiles and approval number."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    approval: str = Field("待办理", description="Map approval number, 审图号.", max_length=60)
    tiles: tuple[Tiles, ...] = ()

    @property
    def sources(self) -> tuple[TileSource, ...]:
        """The tile layers as the map takes them."""
        return tuple(tiles.source for tiles in self.tiles)


def map_settings(path: Path | None = None) -> MapSettings:
    """Settings of the file, else of the one that the environment names, else none; raises InputError otherwise."""
    named = path or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    if named is None:
        return MapSettings()
    try:
        settings = MapSettings.model_validate(yaml.safe_load(named.read_bytes()) or {})
        _ = settings.sources
    except OSError as error:
        raise InputError([_fault(named, None, f"cannot be read: {error.strerror}")]) from None
    except ValidationError as error:
        raise InputError(
            [_fault(named, "/".join(map(str, one["loc"])), one["msg"]) for one in error.errors()]
        ) from None
    except (ValueError, yaml.YAMLError) as error:
        raise InputError([_fault(named, "tiles", str(error))]) from None
    return settings


def _fault(path: Path, column: str | None, message: str) -> Fault:
    return Fault(path.name, None, column, None, message, "See docs/how-to/read-the-maps.md")
