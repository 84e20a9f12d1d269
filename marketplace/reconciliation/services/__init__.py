"""Comparing the books, and keeping what was found."""

from marketplace.reconciliation.services.checking import find
from marketplace.reconciliation.services.keeping import DAYS, ask, is_recent, keep

__all__ = ["DAYS", "ask", "find", "is_recent", "keep"]
