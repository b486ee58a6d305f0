"""Rows that lead to plans beside runs: nights and scenarios."""
