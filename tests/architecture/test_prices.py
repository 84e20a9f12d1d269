"""Prices are written in one place, so that no way of changing them passes by the owner's word on a helper's prices."""

from __future__ import annotations

import ast

from tests.architecture.tree import MARKETPLACE, modules, name_of, syntax

PLACE = MARKETPLACE / "catalog" / "services" / "pricing.py"
WHERE_FORMS_ARE_MADE = MARKETPLACE / "catalog" / "services" / "variants.py"
PRICED = {"Variant", "PriceTier"}


def _writes_a_price(node: ast.AST) -> bool:
    """An attribute `price` that is assigned, a tier that is made, or a statement that writes or drops one of them."""
    if isinstance(node, ast.Attribute):
        return node.attr == "price" and isinstance(node.ctx, ast.Store)
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        names_price = any(isinstance(each, ast.Constant) and each.value == "price" for each in node.args)
        return node.func.id == "PriceTier" or (node.func.id == "setattr" and names_price)
    first = node.args[0] if node.args else None
    is_of_prices = isinstance(first, ast.Name) and first.id in PRICED
    word = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if is_of_prices and isinstance(first, ast.Name):
        return word in {"delete", "insert"} or (word == "update" and first.id == "PriceTier")
    return word == "values" and any(each.arg == "price" for each in node.keywords)


def test_only_pricing_writes_the_price_of_a_form_that_is_there() -> None:
    elsewhere = [
        f"{name_of(path)}:{getattr(node, 'lineno', 0)}"
        for path, _area in modules()
        if path != PLACE
        for node in ast.walk(syntax(path))
        if _writes_a_price(node)
    ]
    assert elsewhere == [], "go through catalog.services.pricing: a helper's price waits for the owner"


def test_new_forms_are_made_in_one_place_that_asks_pricing() -> None:
    makers = {
        path
        for path, _area in modules()
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Variant"
    }
    assert makers == {WHERE_FORMS_ARE_MADE}
