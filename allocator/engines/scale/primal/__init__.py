"""Heuristics that find plans: dives, neighbourhoods and cores."""
