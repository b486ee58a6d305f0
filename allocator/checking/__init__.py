"""Independent checks of plans, whole and incremental; no model and no solver."""
