"""Integer linear expressions and rows over 0–1 variables."""
