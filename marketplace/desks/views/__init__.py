"""One blueprint for each desk."""

from __future__ import annotations

from flask import Blueprint

from marketplace.desks.views import purchases

blueprints: tuple[Blueprint, ...] = (purchases.bp,)
