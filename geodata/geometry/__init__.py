"""Coordinate systems, measures, and how the city's boundaries are built."""
