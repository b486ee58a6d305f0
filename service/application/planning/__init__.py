"""From inputs to a run and its plan."""
