"""Who asks: roles, API keys and bearer tokens."""
