"""Public benchmark instances: read, handed to engines, and their answers checked."""
