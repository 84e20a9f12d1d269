"""Every address of the market says who may, and reads well."""

from __future__ import annotations

import re

from werkzeug.routing import Rule

from tests.databases import Market

CONVERTER = re.compile(r"<[^>]*>")
TYPED = re.compile(r"<\w+(\([^>]*\))?:\w+>")
# kebab-case words, perhaps with an ending: toko, lupa-sandi, sitemap.xml, .well-known
SEGMENT = re.compile(r"\.?[a-z0-9]*(?:[-.][a-z0-9]+)*")


def _rules(market: Market) -> list[Rule]:
    """All but Flask's own folder of files."""
    return [rule for rule in market.app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_view_carries_an_access_mark(sqlite_market: Market) -> None:
    views = sqlite_market.app.view_functions
    rules = _rules(sqlite_market)
    assert rules
    unmarked = [f"{rule} ({rule.endpoint})" for rule in rules if getattr(views[rule.endpoint], "access", None) is None]
    assert unmarked == []


def test_addresses_are_kebab_case(sqlite_market: Market) -> None:
    odd = [
        rule.rule
        for rule in _rules(sqlite_market)
        if not all(SEGMENT.fullmatch(segment) for segment in CONVERTER.sub("", rule.rule).split("/"))
    ]
    assert odd == []


def test_parameters_have_a_type(sqlite_market: Market) -> None:
    bare = [
        rule.rule
        for rule in _rules(sqlite_market)
        if not all(TYPED.fullmatch(parameter) for parameter in CONVERTER.findall(rule.rule))
    ]
    assert bare == []
