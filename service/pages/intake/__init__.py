"""Pages of uploads and batches."""
