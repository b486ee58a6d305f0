"""What the database holds of the field's things: registries, batches, runs, plans; the API and the jobs use it."""
