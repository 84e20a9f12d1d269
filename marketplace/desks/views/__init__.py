"""One blueprint for each desk."""

from __future__ import annotations

from flask import Blueprint

from marketplace.desks.views import products, purchases, shelf, standing, store

blueprints: tuple[Blueprint, ...] = (
    products.bp,
    purchases.bp,
    shelf.bp,
    standing.bp,
    store.bp,
)
