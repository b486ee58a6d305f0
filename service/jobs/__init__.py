"""Work that outlives a request: queue, workers, and what they do."""
