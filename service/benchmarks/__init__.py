"""Benchmark suites, their runner and their pages."""
