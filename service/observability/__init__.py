"""Logs, traces, metrics, probes and security events."""
