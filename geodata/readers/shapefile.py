"""Zipped shapefiles: found in the archive, measured, and read without letting a name or a size of theirs count.

A shapefile is several files of one name (ESRI Shapefile Technical Description, 1998). Attributes are read here from the
dBASE table, whose encoding is often told wrongly or not at all; GDAL sees nothing but .shp, .shx and .prj.
"""

import struct
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import geopandas as gpd
import pyogrio
from pyproj.exceptions import CRSError
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from allocator.errors import InputError
from geodata.faults import check_size, file_fault, over_limit, shown
from geodata.file_limits import FREE_RATIO_BELOW, MAX_FILE_BYTES, MAX_PARTS, MAX_RATIO, MAX_ROWS, MAX_UNPACKED_BYTES
from geodata.readers.dbase import DbaseError, read_dbase

ENDING = ".zip"
PACK = "Pack the .shp, .shx, .dbf and .prj of the layer, and its .cpg if there is one, into one .zip file."
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
"""Endings of the files of a shapefile that are read; there may be others."""

_NEEDED = PARTS[:4]
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_HEAD_BYTES = 100
_MAGIC = struct.pack(">I", 9994)
_MAX_PRJ_BYTES = 2**16
_PIECE = 2**20
_EXPORT = "Export the layer as a shapefile again, and pack it into one .zip file."
_SPLIT = "Split the file."

Features = tuple[list[dict[str, Any]], list[BaseGeometry | None], Any]
"""Properties and geometry of each feature, and the coordinate system."""


def read_shapefile(path: Path, kind: str) -> Features:
    """Features of a zipped shapefile: the one named as the kind, or the only one; raises InputError."""
    check_size(path, MAX_FILE_BYTES)
    try:
        with zipfile.ZipFile(path) as archive:
            parts = _unpacked(path.name, archive, _chosen(path.name, archive, kind))
        rows = read_dbase(parts[".dbf"], parts.get(".cpg"))
    except DbaseError as error:
        raise over_limit(path.name, str(error), _SPLIT) if error.is_limit else _broken(path.name, str(error)) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise _broken(path.name, "cannot be read as a zipped shapefile") from error
    _check_index(path.name, parts, len(rows))
    frame = _geometries(path.name, parts)
    if len(frame) != len(rows):
        raise _broken(path.name, "has another number of geometries than of records")
    there = [number for number, row in enumerate(rows) if row is not None]
    shapes = list(frame.geometry.force_2d())
    return [dict(rows[number] or {}) for number in there], [shapes[number] for number in there], frame.crs


def _broken(file: str, message: str) -> InputError:
    return InputError([file_fault(file, message, _EXPORT)])


def _chosen(file: str, archive: zipfile.ZipFile, kind: str) -> dict[str, zipfile.ZipInfo]:
    """The files of one layer by their ending."""
    listed = archive.infolist()
    if len(listed) > MAX_PARTS:
        raise over_limit(file, f"has {len(listed):,} parts, more than {MAX_PARTS:,}", _EXPORT, len(listed))
    layers: dict[str, dict[str, zipfile.ZipInfo]] = {}
    for part in listed:
        name = PurePosixPath(part.filename.replace("\\", "/"))
        ending = name.suffix.casefold()
        if ending in PARTS and "__MACOSX" not in name.parts:
            layers.setdefault(str(name.with_suffix("")).casefold(), {}).setdefault(ending, part)
    layers = {name: found for name, found in layers.items() if ".shp" in found}
    if not layers:
        nested = any(part.filename.casefold().endswith(ENDING) for part in listed)
        message = "holds another archive and no shapefile" if nested else "holds no shapefile"
        raise InputError([file_fault(file, message, PACK)])
    named = [name for name in layers if PurePosixPath(name).name == kind] or list(layers)
    if len(named) > 1:
        message = f"has {len(layers)} layers and none is named {kind}"
        raise InputError([file_fault(file, message, f"Name one layer {kind}.")])
    return layers[named[0]]


def _unpacked(file: str, archive: zipfile.ZipFile, parts: Mapping[str, zipfile.ZipInfo]) -> dict[str, bytes]:
    missing = [ending for ending in _NEEDED if ending not in parts]
    if missing:
        # without .prj nobody knows where the coordinates lie: a guess would be metres or kilometres wrong
        raise InputError([file_fault(file, f"lacks the {ending} of its shapefile", PACK) for ending in missing])
    found: dict[str, bytes] = {}
    for ending, part in parts.items():
        if part.compress_type not in _READABLE or part.flag_bits & 1:
            raise over_limit(file, "is encrypted or packed in an unusual way", _EXPORT)
        found[ending] = _content(file, archive, part, sum(map(len, found.values())))
    if len(found[".prj"]) > _MAX_PRJ_BYTES:
        raise _broken(file, "has a .prj that is no coordinate system")
    return found


def _content(file: str, archive: zipfile.ZipFile, part: zipfile.ZipInfo, before: int) -> bytes:
    pieces: list[bytes] = []
    length = 0
    with archive.open(part) as stream:
        while piece := stream.read(_PIECE):
            pieces.append(piece)
            length += len(piece)
            if before + length > MAX_UNPACKED_BYTES:
                raise over_limit(file, f"unpacks to more than {MAX_UNPACKED_BYTES // 2**20} MiB", _SPLIT)
            if length > FREE_RATIO_BELOW and length > MAX_RATIO * part.compress_size:
                raise over_limit(file, f"unpacks to more than {MAX_RATIO} times its size", _EXPORT)
    return b"".join(pieces)


def _check_index(file: str, parts: Mapping[str, bytes], records: int) -> None:
    """Refuse an index that names more than there is: GDAL reads what it names, the same bytes as often as it likes."""
    shapes, index = parts[".shp"], parts[".shx"]
    if not shapes.startswith(_MAGIC) or not index.startswith(_MAGIC) or min(len(shapes), len(index)) < _HEAD_BYTES:
        raise _broken(file, "cannot be read as a zipped shapefile")
    count = (len(index) - _HEAD_BYTES) // 8
    if count > MAX_ROWS:
        raise over_limit(file, f"has more than {MAX_ROWS:,} features", _SPLIT, count)
    words = struct.unpack_from(f">{2 * count}I", index, _HEAD_BYTES)
    if count != records or _HEAD_BYTES + sum(8 + 2 * length for length in words[1::2]) > len(shapes):
        raise _broken(file, "has an index that does not go with its records")


def _geometries(file: str, parts: Mapping[str, bytes]) -> gpd.GeoDataFrame:
    with tempfile.TemporaryDirectory() as folder:
        for ending in (".shp", ".shx", ".prj"):
            (Path(folder) / f"layer{ending}").write_bytes(parts[ending])
        try:
            frame = pyogrio.read_dataframe(Path(folder) / "layer.shp", columns=[], use_arrow=False)
        except (RuntimeError, ValueError, OverflowError, CRSError, ShapelyError) as error:
            raise _broken(file, "cannot be read as a zipped shapefile") from error
    if not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None:
        told = shown(parts[".prj"].decode("utf-8", "replace").strip())
        message = f"has a .prj that is no coordinate system: {told}"
        raise InputError([file_fault(file, message, "Export the layer with its coordinate system.")])
    return frame
