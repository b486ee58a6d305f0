"""Plans as documents: written, checked, compared and measured."""
