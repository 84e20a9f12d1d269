"""The operator's pages. For anybody else they do not exist."""

from marketplace.admin.views import categories, overview, people, settings, trail
from marketplace.admin.views.blueprint import bp

__all__ = ["bp", "categories", "overview", "people", "settings", "trail"]
