"""One blueprint for each desk."""

from __future__ import annotations

from flask import Blueprint

from marketplace.desks.views import earnings, keeping, orders, overview, products, purchases, shelf, standing, store

blueprints: tuple[Blueprint, ...] = (
    overview.bp,
    orders.bp,
    earnings.bp,
    products.bp,
    keeping.bp,
    purchases.bp,
    shelf.bp,
    standing.bp,
    store.bp,
)
