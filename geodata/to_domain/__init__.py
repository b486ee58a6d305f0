"""From interchange records to the domain of the allocator."""
