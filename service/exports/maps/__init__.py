"""Map pages of plans."""
