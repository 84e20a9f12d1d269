"""Walls between areas that import-linter cannot draw."""

from __future__ import annotations

import ast
import sys

from tests.architecture.tree import MARKETPLACE, imports, modules, name_of, syntax

DOORS = {"services", "queries", "policies", "models", "events", "rules", "forms"}
OPEN_AREAS = {"core", "web"}
COMPOSITION_ROOT = {"app", "cli"}
RULES_MAY_USE = (
    "marketplace.core.actor",
    "marketplace.core.calendar",
    "marketplace.core.money",
    "marketplace.core.errors",
)


def test_an_area_is_entered_only_through_its_doors() -> None:
    past_the_door = []
    for path, area in modules():
        if area in COMPOSITION_ROOT:
            continue
        for name in imports(path):
            package, _, rest = name.partition(".")
            target, _, role = rest.partition(".")
            if package != "marketplace" or target in OPEN_AREAS | {area}:
                continue
            if role.partition(".")[0] not in DOORS:
                past_the_door.append(f"{name_of(path)} imports {name}")
    assert past_the_door == []


def _rule_may_import(name: str) -> bool:
    parts = name.split(".")
    if parts[0] != "marketplace":
        return parts[0] in sys.stdlib_module_names
    return name.startswith(RULES_MAY_USE) or parts[2:3] == ["rules"]


def test_rules_are_plain_python() -> None:
    impure = [
        f"{name_of(path)} imports {name}"
        for path, _ in modules()
        if "rules" in (path.stem, path.parent.name)
        for name in imports(path)
        if not _rule_may_import(name)
    ]
    assert impure == []


def test_only_the_database_module_commits() -> None:
    commits = [
        f"{name_of(path)}:{node.lineno}"
        for path, _ in modules()
        if path != MARKETPLACE / "core" / "db.py"
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert commits == []
