"""Templates hold no script, no style and no macro that nobody calls. (Letters, in mail/, may carry their style.)"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.architecture.tree import ROOT, name_of

TEMPLATES = ROOT / "templates"
COMPONENTS = TEMPLATES / "components"
JINJA_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL | re.IGNORECASE)
DATA_BLOCK = re.compile(r"type=\"application/(ld\+)?json\"")  # read by machines, never run
TAG = re.compile(r"<[a-z][^>]*>", re.IGNORECASE)
INLINE = re.compile(r"""\s(style|on[a-z]+)\s*=""", re.IGNORECASE)
MACRO = re.compile(r"\{%-?\s*macro\s+(\w+)\s*\(")


def _templates() -> Iterator[tuple[str, str]]:
    """Name and text, comments cut out."""
    for path in sorted(TEMPLATES.rglob("*.html")):
        yield name_of(path), JINJA_COMMENT.sub("", path.read_text(encoding="utf-8"))


def _pages() -> Iterator[tuple[str, str]]:
    return ((name, text) for name, text in _templates() if "/mail/" not in name)


def test_no_template_holds_a_script() -> None:
    scripts = [
        name
        for name, text in _pages()
        for attributes, body in SCRIPT.findall(text)
        if body.strip() and not DATA_BLOCK.search(attributes)
    ]
    assert scripts == []


def test_no_template_holds_a_style_or_an_event_handler() -> None:
    inline = []
    for name, text in _pages():
        html = JINJA.sub(" ", text)
        inline += [
            f"{name}: {tag[:100]}" for tag in TAG.findall(html) if INLINE.search(tag) or tag.startswith("<style")
        ]
    assert inline == []


def test_every_macro_is_called() -> None:
    texts = dict(_templates())
    everything = "\n".join(texts.values())
    idle = [
        f"{name}: {macro}"
        for name, text in texts.items()
        for macro in MACRO.findall(text)
        if len(re.findall(rf"\b{macro}\s*\(", everything)) == len(re.findall(rf"macro\s+{macro}\s*\(", everything))
    ]
    assert idle == []


def test_a_component_is_a_macro_of_its_name() -> None:
    strangers = [
        name_of(path)
        for path in sorted(COMPONENTS.glob("*.html"))
        if path.stem not in MACRO.findall(path.read_text(encoding="utf-8"))
    ]
    assert strangers == []


def test_a_component_style_belongs_to_a_component() -> None:
    components = {path.stem for path in COMPONENTS.glob("*.html")}
    folders = [ROOT / "static" / "css" / "components", ROOT / "static" / "css" / "desk" / "components"]
    styles = {path.stem for folder in folders for path in folder.glob("*.css")}
    assert styles - components == set()
