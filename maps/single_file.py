"""Puts assets into a page and says which of them may run: after rendering, so that no template engine reads them."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from maps.palette import style_variables

HERE = Path(__file__).parent
VENDOR = HERE / "vendor"
STATIC = HERE / "static"

SCRIPTS = (
    "core",
    "strings",
    "model",
    "filters",
    "layout",
    "rings",
    "marks",
    "places",
    "links",
    "datum",
    "views",
    "panel",
    "table",
    "cards",
    "legend",
    "view_overview",
    "view_timeline",
    "view_studies",
    "view_versus",
)
"""Parts of the page's script under ``static/planmap``, in loading order; ``static/planmap.js`` starts them."""

_IMAGE = re.compile(r"url\((images/[\w.-]+\.png)\)")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
_ENDS_SCRIPT = re.compile(r"</script|<!--|<script", re.IGNORECASE)
_UNSAFE_IN_DATA = re.compile("[<>&\u2028\u2029\ud800-\udfff]")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8").replace("\r\n", "\n")


def leaflet_script() -> str:
    """Leaflet, without the links to its source map and its site: nothing in a page can be followed to the outside."""
    return _SOURCE_MAP.sub("", _text(VENDOR / "leaflet/leaflet.js")).replace("https://leafletjs.com", "leafletjs.com")


def page_script() -> str:
    """The script that draws the payload."""
    parts = [STATIC / "planmap" / f"{name}.js" for name in SCRIPTS]
    return "\n".join(_text(path) for path in [*parts, STATIC / "planmap.js"])


def page_style() -> str:
    """Leaflet's style with its pictures inside, then our own."""
    leaflet = VENDOR / "leaflet"
    plain = _COMMENT.sub("", _text(leaflet / "leaflet.css"))
    inside = _IMAGE.sub(lambda match: f"url({_data_uri(leaflet / match[1])})", plain)
    return inside + "\n" + style_variables() + _text(STATIC / "planmap.css")


def _data_uri(path: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode("ascii")


def script_safe(script: str) -> str:
    """The script, if it can stand between script tags as it is; raises ValueError otherwise."""
    found = _ENDS_SCRIPT.search(script)
    if found is not None:
        raise ValueError(f"{found[0]!r} at {found.start()} would end or nest the script element")
    return script


def embedded_json(payload: Mapping[str, Any]) -> str:
    r"""JSON that no HTML parser and no script parser can misread: ``<``, ``>``, ``&`` and the like as ``\uXXXX``."""
    text = json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _UNSAFE_IN_DATA.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


_PAYLOAD = re.compile(r'<script type="application/json" id="payload">(.*?)</script>', re.DOTALL)


def embedded_payload(page: str) -> dict[str, Any]:
    """The payload that a page of one file carries; raises ValueError for a page without one."""
    found = _PAYLOAD.search(page)
    if found is None:
        raise ValueError("the page carries no payload")
    payload: dict[str, Any] = json.loads(found[1])
    return payload


def _source(content: str) -> str:
    digest = base64.b64encode(hashlib.sha256(content.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{digest}'"


def content_policy(scripts: Iterable[str], styles: Iterable[str], image_hosts: Iterable[str] = ()) -> str:
    """Content security policy that lets these very scripts and styles work, and nothing else."""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src " + " ".join(map(_source, scripts)),
            "style-src " + " ".join(map(_source, styles)),
            "img-src " + " ".join(["data:", *image_hosts]),
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def served_policy(image_hosts: Iterable[str] = ()) -> str:
    """Content security policy of a page whose scripts, styles and data come from its own server."""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "img-src " + " ".join(["'self'", "data:", *image_hosts]),
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
        ]
    )
