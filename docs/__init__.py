"""The documentation, and the tools that build and check it."""
