"""What all HTTP interfaces share: context, errors, idempotency, uploads."""
