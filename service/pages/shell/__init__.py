"""What every page shares: layout, access, forms and formatting."""
