"""Goods taken in from the seller's own sheets, and given out as sheets."""
