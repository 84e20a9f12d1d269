"""One blueprint for each desk."""

from __future__ import annotations

from flask import Blueprint

from marketplace.desks.views import (
    banking,
    earnings,
    facilitator,
    orders,
    overview,
    products,
    purchases,
    shelf,
    standing,
    store,
    team,
    waiting_prices,
)

blueprints: tuple[Blueprint, ...] = (
    overview.bp,
    team.bp,
    team.invitation_bp,
    banking.bp,
    waiting_prices.bp,
    facilitator.bp,
    orders.bp,
    earnings.bp,
    products.bp,
    purchases.bp,
    shelf.bp,
    standing.bp,
    store.bp,
)
