"""Products, their revisions, variants and stock."""
