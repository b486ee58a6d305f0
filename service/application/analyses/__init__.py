"""Questions about a plan, a park or a new project."""
