"""Files made of a plan."""
