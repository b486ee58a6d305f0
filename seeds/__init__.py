"""The policy as dated data, the vocabularies' labels, and the seed registry and batch."""
