"""Alembic migrations; each is written by hand and stays as it was released."""
