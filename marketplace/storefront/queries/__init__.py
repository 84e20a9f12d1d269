"""What the public reads: one module for listings, one for the product page."""
