"""Rebuilds ``service/pages/vendor`` from npm tarballs and checks it: ``python -m service.pages.shell.vendoring``."""

import sys
from pathlib import Path

from maps.vendoring import main

VENDOR = Path(__file__).parents[1] / "vendor"

PACKAGES = {
    "htmx.org": {
        "version": "4.0.1",
        "licence": "0BSD",
        "files": {
            "package/LICENSE": "htmx/LICENSE",
            "package/dist/htmx.min.js": "htmx/htmx.min.js",
        },
    },
}
"""What is taken from npm: htmx, unchanged; it asks for nothing from outside and needs no inline script or style."""

if __name__ == "__main__":
    sys.exit(main(PACKAGES, VENDOR))
