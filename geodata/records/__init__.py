"""Interchange records: projects, registry, policy, and the inputs of one plan."""
