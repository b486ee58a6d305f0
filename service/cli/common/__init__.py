"""What commands share: exit codes, progress and plan files."""
