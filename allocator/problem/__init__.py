"""The problem instance: facts, eligibility and the options that a plan may choose."""
