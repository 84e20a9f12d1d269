"""Receipts: what a shop signs for money that it got for an order, as a PDF that is kept."""
