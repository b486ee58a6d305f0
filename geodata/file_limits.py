"""Most that is read of a file from outside: whatever has more is refused before it is held in memory.

The limits are far above what a city's batch needs (20,000 projects are 30 columns and 8 MB) and keep every reader
within the memory and the time of a reading process.
"""

MAX_FILE_BYTES = 64 * 2**20
"""Bytes of a file."""

MAX_UNPACKED_BYTES = 100 * 2**20
"""Bytes of all parts of a zipped workbook, unpacked."""

MAX_RATIO = 200
"""Unpacked bytes per packed byte of a workbook of more than ``FREE_RATIO_BELOW`` bytes."""

FREE_RATIO_BELOW = 4 * 2**20
MAX_PARTS = 1000
"""Parts of a zipped workbook."""

MAX_SHEETS = 255
"""Sheets of a workbook."""

MAX_ROWS = 100_000
"""Rows of a table, features of a layer, records of a list."""

MAX_COLUMNS = 500
"""Columns of a table, names in one object of JSON."""

MAX_CELLS = 5_000_000
"""Cells of the rectangles that the sheets of a file span, empty ones too."""

MAX_CELL_CHARACTERS = 32_767
"""Characters of a cell: what Excel itself allows."""

MAX_CHARACTERS = 16_000_000
"""Characters of all cells of a file: a text that many cells share counts for each of them."""

MAX_SHARED_TEXTS = 1_000_000
"""Texts in the table of a workbook from which cells take theirs; whether a cell takes one or not, each is held."""

MAX_STYLES = 65_490
"""Cell formats of a workbook: what Excel itself allows."""

MAX_FORMAT_CHARACTERS = 255
"""Characters of a number format: what Excel itself allows; a longer one is not looked at."""

MAX_MERGED = 100_000
"""Merged ranges of a sheet."""

MAX_VALUES = 3_000_000
"""Values of a JSON file, counted by its commas and opening brackets."""

MAX_DEPTH = 64
"""Levels of nesting of a JSON file."""

MAX_DIGITS = 40
"""Digits of a whole number in a JSON file."""

MAX_VERTICES = 200_000
"""Vertices of all geometries of a layer."""

MAX_LAYERS = 100
"""Tables of a GeoPackage that its table of contents names."""

MAX_FAULTS = 2000
"""Faults of a file after which the rest of it is not looked at."""
