"""What the sheet of a project says: stages, financing, and what changed."""
