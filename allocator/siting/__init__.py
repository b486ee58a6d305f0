"""Places for one project while all others stay: search, bounds and the cheapest repair."""
