"""Writes the pages of ``docs/reference`` from the code and the seeds.

``python -m docs.build_reference`` writes them; ``--check`` writes nothing and ends with 1 when a page is out of date.
"""

import sys
from collections.abc import Callable, Mapping, Sequence

from docs.pages import catalogue, formats, ogc, policy, reasons, service
from docs.pages.markdown import ROOT

FOLDER = ROOT / "docs" / "reference"

PAGES: Mapping[str, Callable[[], str]] = {
    "rules.md": catalogue.rules,
    "goals.md": catalogue.goals,
    "reasons.md": reasons.reasons,
    "formats.md": formats.formats,
    "policy.md": policy.policy,
    "settings.md": service.settings,
    "api.md": service.api,
    "ogc.md": ogc.ogc,
}


def outdated() -> list[str]:
    """Names of the pages that differ from what the code says."""
    return [name for name, build in PAGES.items() if _committed(name) != build()]


def _committed(name: str) -> str:
    path = FOLDER / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def main(arguments: Sequence[str]) -> int:
    """Write or check every page."""
    old = outdated()
    if "--check" not in arguments:
        for name in old:
            (FOLDER / name).write_text(PAGES[name](), encoding="utf-8")
    for name in old:
        print(f"{'out of date' if '--check' in arguments else 'written'}: docs/reference/{name}")
    return 1 if old and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
