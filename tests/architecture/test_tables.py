"""Tables lean the same way as the areas that own them."""

from __future__ import annotations

import importlib
from types import ModuleType

import sqlalchemy as sa

from marketplace.core.db import Base
from tests.architecture.tree import ROOT, layers, modules

HEIGHTS = layers()


def _model_modules() -> list[ModuleType]:
    """All of them, imported, from the bottom of the house up."""
    found = []
    for path, area in modules():
        if area in HEIGHTS and "models" in (path.stem, path.parent.name):
            dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            found.append((HEIGHTS[area], dotted))
    return [importlib.import_module(dotted) for _, dotted in sorted(found)]


MODEL_MODULES = _model_modules()


def _area(module: str) -> str:
    return module.split(".")[1]


def _leans_down(lower: str, upper: str) -> bool:
    return lower == upper or HEIGHTS[lower] < HEIGHTS[upper]


def _owners() -> dict[str, str]:
    """Table name to area, link tables without a class included."""
    owners = {
        value.name: _area(module.__name__)
        for module in reversed(MODEL_MODULES)
        for value in vars(module).values()
        if isinstance(value, sa.Table)
    }
    for mapper in Base.registry.mappers:
        owners[str(mapper.local_table.description)] = _area(mapper.class_.__module__)
    return owners


def test_there_are_tables_to_look_at() -> None:
    assert MODEL_MODULES
    assert set(Base.metadata.tables) == set(_owners())


def test_foreign_keys_point_down() -> None:
    owners = _owners()
    upwards = [
        f"{key.parent} -> {key.target_fullname}"
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if not _leans_down(owners[key.column.table.name], owners[table.name])
    ]
    assert upwards == []


def test_relationships_point_down() -> None:
    upwards = [
        str(relationship)
        for mapper in Base.registry.mappers
        for relationship in mapper.relationships
        if not _leans_down(_area(relationship.mapper.class_.__module__), _area(mapper.class_.__module__))
    ]
    assert upwards == []


def test_no_relationship_loads_by_itself() -> None:
    lazy = [
        str(relationship)
        for mapper in Base.registry.mappers
        for relationship in mapper.relationships
        if relationship.lazy != "raise"
    ]
    assert lazy == []
