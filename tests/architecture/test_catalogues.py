"""Every word on a screen is in the catalogues: refusals in both, the Indonesian texts in English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from marketplace.web.language import CATALOGUES
from tests.architecture.tree import ROOT, modules, name_of, syntax

REFUSAL_ID = re.compile(r"[a-z_]+\.[a-z_]+")
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None}
METHODS = [("marketplace/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]


@cache
def refusals() -> set[str]:
    """The classes of `core.errors` and those that areas derive from them."""
    found = {"Refusal", "NotFound", "NotAllowed", "Invalid", "Stale", "TooMany"}
    for path, _ in modules():
        for node in ast.walk(syntax(path)):
            if isinstance(node, ast.ClassDef) and any(isinstance(b, ast.Name) and b.id in found for b in node.bases):
                found.add(node.name)
    return found


def refusal_ids() -> Iterator[tuple[str, str]]:
    """Each message id that a refusal is raised with, and where."""
    for path, _ in modules():
        for node in ast.walk(syntax(path)):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "id", "") or ("super" if getattr(node.func, "attr", "") == "__init__" else "")
            first = node.args[0]
            is_text = isinstance(first, ast.Constant) and isinstance(first.value, str)
            if is_text and name in {*refusals(), "super"} and REFUSAL_ID.fullmatch(first.value):
                yield first.value, f"{name_of(path)}:{node.lineno}"


@cache
def known(language: str) -> dict[str, str]:
    """The filled entries of a catalogue; a plural entry stands under its singular."""
    with (CATALOGUES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    found = {}
    for message in catalogue:
        key = message.id[0] if isinstance(message.id, tuple) else message.id
        text = message.string[0] if isinstance(message.string, tuple) else message.string
        if key and text and not message.fuzzy:
            found[str(key)] = str(text)
    return found


@pytest.mark.parametrize("language", ["id", "en"])
def test_each_refusal_has_its_words(language: str) -> None:
    assert {key: place for key, place in refusal_ids() if key not in known(language)} == {}


def test_each_text_on_a_screen_has_its_english() -> None:
    wanted = {}
    for file, line, message, *_ in extract_from_dir(
        ROOT,
        METHODS,
        options_map={"templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}},
        keywords=KEYWORDS,
    ):
        key = message[0] if isinstance(message, tuple) else message
        if key and not REFUSAL_ID.fullmatch(key):
            wanted[key] = f"{file}:{line}"
    assert {key: place for key, place in wanted.items() if key not in known("en")} == {}


def test_translations_keep_the_placeholders() -> None:
    holes = re.compile(r"%\((\w+)\)[sd]")
    odd = {key: text for key, text in known("en").items() if set(holes.findall(key)) != set(holes.findall(text))}
    assert {key: text for key, text in odd.items() if not REFUSAL_ID.fullmatch(key)} == {}
