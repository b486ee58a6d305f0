"""The JSON payload that a map page draws."""
