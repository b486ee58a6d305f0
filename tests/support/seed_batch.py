"""The day of the seed batch."""

from datetime import date

BATCH = date(2026, 9, 1)
