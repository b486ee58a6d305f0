"""Solvers, each used only inside a child process of its own."""
