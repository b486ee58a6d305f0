"""From a problem to a verified, proven solution."""
