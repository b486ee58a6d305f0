"""Uploads before they are batches, and what is remembered of them."""
