"""Vouchers: what a code takes off the price of goods, and who bears it."""
