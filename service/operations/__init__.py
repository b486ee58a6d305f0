"""Backup, restore and the first start."""
