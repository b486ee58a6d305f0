"""Pure assignment: branch and bound, ejection chains and bounds of its own."""
