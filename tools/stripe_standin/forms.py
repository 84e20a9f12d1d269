"""Stripe's form encoding: `a[b][0][c]=d` to nested values, typed as a schema asks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

KEY = re.compile(r"[^\[\]]+|(?<=\[)(?=\])")
WHOLE = re.compile(r"-?\d{1,18}\Z")


def decode(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Nested dictionaries; what is a list shows only in the schema, so its places stay keys ("0", "1")."""
    decoded: dict[str, Any] = {}
    for name, value in pairs:
        *outer, last = KEY.findall(name) or [name]
        place = decoded
        for part in outer:
            inner = place.setdefault(part, {})
            if not isinstance(inner, dict):  # a=1 and a[b]=2: the later one counts
                inner = place[part] = {}
            place = inner
        place[last or str(len(place))] = value
    return decoded


def typed(schema: dict[str, Any], value: Any) -> Any:
    """Strings become integers, booleans and lists where the schema asks for them; what does not fit stays as it is."""
    if "anyOf" in schema:
        return typed(_branch(schema["anyOf"], value), value)
    if isinstance(value, str):
        return _scalar(schema.get("type"), value)
    if schema.get("type") == "array":
        return _sequence(schema["items"], value)
    known = schema.get("properties", {})
    return {name: typed(known.get(name, {}), inner) for name, inner in value.items()}


def _scalar(kind: str | None, value: str) -> Any:
    if kind == "integer" and WHOLE.match(value):
        return int(value)
    if kind == "boolean":
        return {"true": True, "false": False}.get(value, value)
    return value


def _sequence(items: dict[str, Any], value: dict[str, Any]) -> Any:
    if not all(place.isdigit() for place in value):
        return value
    return [typed(items, inner) for _, inner in sorted(value.items(), key=lambda pair: int(pair[0]))]


def _branch(branches: list[dict[str, Any]], value: Any) -> dict[str, Any]:
    """The branch of an anyOf that a value of this shape can belong to."""
    if isinstance(value, dict):
        return next((one for one in branches if one.get("type") in ("object", "array")), {})
    if WHOLE.match(value):
        return next((one for one in branches if one.get("type") == "integer"), branches[0])
    return next((one for one in branches if one.get("type") == "string"), {})
