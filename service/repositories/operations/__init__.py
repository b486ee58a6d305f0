"""Rows that keep the service running: its workers, its notices, what is forgotten."""
