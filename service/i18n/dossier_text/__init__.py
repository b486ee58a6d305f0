"""A dossier as text."""
