"""Each act that is put on the audit trail has words of its own on the operator's pages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from marketplace.admin.acts import ACTS
from tests.architecture.tree import modules, name_of, syntax

ACT = re.compile(r"[a-z]+\.[a-z_]+")
RECORDERS = {"record", "tell", "_note", "_changed"}
"""What writes the trail, and what areas call to write it for them."""


def recorded() -> Iterator[tuple[str, str]]:
    """Each act that is recorded under a name written in the code, and where."""
    for path, _ in modules():
        for node in ast.walk(syntax(path)):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr=name) | ast.Name(id=name), args=[_, ast.Constant(value=str(act)), *_]
                ) if name in RECORDERS and ACT.fullmatch(act):
                    yield act, f"{name_of(path)}:{node.lineno}"


def test_each_act_has_its_words() -> None:
    found = dict(recorded())
    assert len(found) > 100
    assert {act: place for act, place in found.items() if act not in ACTS} == {}
