"""Headings of foreign sheets: which rows they are, and what each column is."""
