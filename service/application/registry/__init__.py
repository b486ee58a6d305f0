"""Versions of the registry, and what they do to plans."""
