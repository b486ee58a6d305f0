"""Use cases on plain values: no HTTP, no command line."""
