"""English text forms."""
