"""Limits on connections, requests and bodies."""
