"""What visitors report about products and shops, and what operators do about it."""
