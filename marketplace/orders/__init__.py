"""Purchases, one order for each shop in them, and their life."""
