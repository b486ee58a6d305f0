"""Files to records, with every fault of a call at once."""
