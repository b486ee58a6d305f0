"""Spreadsheets of other people as batches."""
