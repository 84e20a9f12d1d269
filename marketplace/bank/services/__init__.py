"""Proofs (`proofs`), the bank's file (`statements`), and what becomes of its lines (`lines`)."""

from marketplace.bank.services import lines, proofs, statements

__all__ = ["lines", "proofs", "statements"]
