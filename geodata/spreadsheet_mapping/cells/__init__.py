"""Cells of foreign spreadsheets: quantities, units, months and words."""
