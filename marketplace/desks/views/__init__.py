"""One blueprint for each desk."""

from __future__ import annotations

from flask import Blueprint

from marketplace.desks.views import (
    earnings,
    orders,
    overview,
    products,
    purchases,
    shelf,
    standing,
    stock,
    store,
    today,
)

blueprints: tuple[Blueprint, ...] = (
    overview.bp,
    orders.bp,
    earnings.bp,
    products.bp,
    purchases.bp,
    shelf.bp,
    standing.bp,
    store.bp,
)

__all__ = ["blueprints", "stock", "today"]
