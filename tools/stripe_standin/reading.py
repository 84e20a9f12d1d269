"""Reading one object or a list of them, and `expand`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tools.stripe_standin import balance, sessions
from tools.stripe_standin.contract import contract
from tools.stripe_standin.errors import Refusal, no_such, not_built
from tools.stripe_standin.store import Json, kind_of
from tools.stripe_standin.world import World

DEEPEST = 4  # docs.stripe.com/api/expanding_objects
MOST, USUAL = 100, 10  # docs.stripe.com/api/pagination
PAGING = {"created", "ending_before", "limit", "starting_after"}
COMPARE: dict[str, Callable[[int, int], bool]] = {
    "gt": int.__gt__,
    "gte": int.__ge__,
    "lt": int.__lt__,
    "lte": int.__le__,
}


def one(world: World, kind: str, object_id: str, *, param: str = "id") -> Json:
    """An object as the API shows it now; raises Refusal (404)."""
    found = world.store.get(kind, object_id)
    if found is None:
        raise no_such(kind, object_id, param=param)
    return balance.shown(found) if kind == balance.KIND else found


def page(world: World, kind: str, url: str, params: Json, *fields: str) -> Json:
    """A page of a list, newest first; `fields` are the filters that compare a field of the object."""
    for name in params.keys() - PAGING - set(fields):
        raise not_built(name)
    found = world.store.newest_first(kind, **{field: params[field] for field in fields if field in params})
    return cut([body for body in found if _made_in(body["created"], params.get("created"))], url, params)


def cut(found: list[Json], url: str, params: Json) -> Json:
    """The asked page of a whole list (docs.stripe.com/api/pagination); raises Refusal."""
    limit = params.get("limit", USUAL)
    if not 1 <= limit <= MOST:
        words = f"This value must be greater than or equal to 1 and less than or equal to {MOST}."
        raise Refusal(words, code="parameter_invalid_integer", param="limit")
    start, end = 0, len(found)
    if "starting_after" in params:
        start = _place(found, params, "starting_after") + 1
    if "ending_before" in params:
        end = _place(found, params, "ending_before")
        start = max(start, end - limit)
    has_more = start > 0 if "ending_before" in params else end > start + limit
    return {"object": "list", "data": found[start:end][:limit], "has_more": has_more, "url": url}


def _place(found: list[Json], params: Json, param: str) -> int:
    for place, body in enumerate(found):
        if body["id"] == params[param]:
            return place
    raise no_such(kind_of(params[param]) or "object", params[param], status=400, param=param)


def _made_in(created: int, asked: Json | int | None) -> bool:
    if isinstance(asked, dict):
        return all(COMPARE[name](created, bound) for name, bound in asked.items())
    return asked is None or created == asked


def expanded(world: World, body: Json, paths: Iterable[str]) -> Json:
    """The body with objects in place of ids; on a list the paths begin with `data.`; raises Refusal."""
    for path in paths:
        parts = path.split(".")
        if len(parts) > DEEPEST + (parts[0] == "data"):
            raise Refusal(f"You cannot expand more than {DEEPEST} levels of a property. Property: {path}")
        _expand(world, body, parts, path)
    return body


def _expand(world: World, body: Json, parts: list[str], path: str) -> None:
    name, *rest = parts
    if body.get("object") == "list" and name == "data":
        for inner in body["data"]:
            _expand(world, inner, rest, path)
        return
    if name not in _expandable(body):
        raise Refusal(f"This property cannot be expanded ({path}).", param="expand[]")
    body[name] = _whole(world, body, name)
    if rest and isinstance(body[name], dict):
        _expand(world, body[name], rest, path)


def _expandable(body: Json) -> set[str]:
    return contract().expandable.get(str(body.get("object")), set())


def _whole(world: World, body: Json, name: str) -> Any:
    """What stands behind a property: the object of an id, or a list that is left out unless asked for."""
    value = body.get(name)
    if isinstance(value, str) and (kind := kind_of(value)):
        return one(world, kind, value)
    if (body["object"], name) == (sessions.KIND, "line_items"):
        return line_items(world, body["id"], {})
    if (body["object"], name) == ("charge", "refunds"):
        return page(world, "refund", f"/v1/charges/{body['id']}/refunds", {"charge": body["id"]}, "charge")
    return value


def line_items(world: World, session_id: str, params: Json) -> Json:
    """The lines of a session as a list."""
    items = world.store.private(session_id)["line_items"]
    return cut(items, f"/v1/checkout/sessions/{session_id}/line_items", params)
