"""Shops: who sells, where, and how to reach them."""
