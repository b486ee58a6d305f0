"""What people type in cells: numbers, dates and words."""
