"""The printed report of a plan."""
