"""Spreadsheets of other people: headings in other words and order, several rows of them, other units and values.

``sheets`` reads the file and finds the headings, ``suggest`` says what each column seems to be and why, and ``convert``
turns the rows into those of a batch by the mapping that a planner confirmed. Nothing is guessed in silence: a
suggestion carries its reason, a conversion is counted, and what cannot be read is a fault at its own cell.
"""

from geodata.spreadsheet_mapping.convert import CellFault, Converted, convert
from geodata.spreadsheet_mapping.mapping import ColumnChoice, KnownWords, Mapping
from geodata.spreadsheet_mapping.sheet import Column, ForeignSheet, Skipped, sheets
from geodata.spreadsheet_mapping.suggest import suggest

__all__ = [
    "CellFault",
    "Column",
    "ColumnChoice",
    "Converted",
    "ForeignSheet",
    "KnownWords",
    "Mapping",
    "Skipped",
    "convert",
    "sheets",
    "suggest",
]
