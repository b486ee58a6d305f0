"""Where a Chinese font is: without one, what is drawn for paper says so and speaks English."""

from dataclasses import dataclass
from pathlib import Path

from matplotlib import font_manager

FOLDERS = (Path("/usr/share/fonts/opentype/noto"), Path("/usr/share/fonts/truetype/noto"))
"""Where Debian's fonts-noto-cjk puts Noto Sans CJK."""

PATTERN = "NotoSansCJK-*.ttc"


@dataclass(frozen=True, slots=True)
class Fonts:
    """Folder of a Chinese font and the families to ask for, the Chinese one first; None and Latin ones without."""

    folder: Path | None
    families: tuple[str, ...]

    @property
    def chinese(self) -> bool:
        """Whether Chinese can be shown."""
        return self.folder is not None


def find_fonts(folders: tuple[Path, ...] = FOLDERS) -> Fonts:
    """The fonts of this machine, registered for figures."""
    for folder in folders:
        found = sorted(folder.glob(PATTERN))
        if found:
            for path in found:
                font_manager.fontManager.addfont(path)
            names = {entry.name for entry in font_manager.fontManager.ttflist if entry.fname in map(str, found)}
            simplified = [name for name in names if name.endswith(" SC")]
            return Fonts(folder, (min(simplified or names), "DejaVu Sans"))
    return Fonts(None, ("DejaVu Sans",))
