"""How a command ends."""

OK, DEFECT, BAD_INPUT, INFEASIBLE, NO_PLAN = 0, 1, 2, 3, 4
"""Exit codes; ``check`` ends with INFEASIBLE when a plan breaks a rule."""
