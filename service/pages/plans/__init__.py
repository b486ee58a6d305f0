"""Pages of a plan: its map, projects, review and comparison."""
