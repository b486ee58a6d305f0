"""Static files of the pages: our style and scripts, and vendored htmx; each has its content's hash in its address."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Response

from maps.page import static_files
from maps.palette import style_variables
from service.web.problems import not_found

HERE = Path(__file__).parents[1]
PREFIX = "/pages"
LONG = "public, max-age=31536000, immutable"
KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
SCRIPTS = ("pages.js", "upload.js", "run.js", "table.js")
"""Our scripts; a page names the ones it needs."""

router = APIRouter()


@dataclass(frozen=True)
class Asset:
    """A static file."""

    content: bytes
    media_type: str
    digest: str


@cache
def assets() -> dict[str, Asset]:
    """Every static file by name; the style starts with the roles of the one palette."""
    files = {
        "pages.css": style_variables() + _text(HERE / "static/pages.css"),
        "records.css": _text(HERE / "static/records.css"),
        "icon.svg": _text(HERE / "static/icon.svg"),
        "htmx.js": _text(HERE / "vendor/htmx/htmx.min.js"),
        **{name: _text(HERE / "static" / name) for name in SCRIPTS},
        **{f"maps-{name}": content for name, content in static_files().items()},
    }
    return {name: _asset(name, content.encode()) for name, content in files.items()}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _asset(name: str, content: bytes) -> Asset:
    return Asset(content, KINDS[Path(name).suffix], hashlib.sha256(content).hexdigest()[:16])


def address(name: str) -> str:
    """Where a static file is served; raises KeyError for a name that is none."""
    return f"{PREFIX}/static/{name}?v={assets()[name].digest}"


@router.get("/static/{name}")
def static(name: str) -> Response:
    """A static file; its address changes with its content, so browsers keep it."""
    found = assets().get(name)
    if found is None:
        raise not_found("file")
    return Response(found.content, 200, {"Cache-Control": LONG}, found.media_type)
