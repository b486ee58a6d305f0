"""Features of registries and plans, filtered and paged in the database."""
