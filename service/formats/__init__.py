"""Formats that leave the product, as pydantic models with their JSON Schema."""
