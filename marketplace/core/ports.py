"""Where an area finds what the composition root plugged in: the configuration, the mail transport, the media store.

Nothing below the views knows Flask, so the application hands over one function that finds the parts of the
application at work (`connect`), and everybody asks `port(Kind)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Kind = TypeVar("Kind")


class Ports:
    """The parts of one application, by the class or Protocol they serve."""

    def __init__(self) -> None:
        self._parts: dict[type[Any], Any] = {}

    def provide(self, kind: type[Kind], part: Kind) -> None:
        self._parts[kind] = part

    def get(self, kind: type[Kind]) -> Kind:
        return self._parts[kind]  # type: ignore[no-any-return]


def _not_connected() -> Ports:
    raise RuntimeError("no application is at work: open an application context first")


_find: Callable[[], Ports] = _not_connected


def connect(find: Callable[[], Ports]) -> None:
    """Say how the parts of the application at work are found."""
    global _find  # noqa: PLW0603
    _find = find


def port(kind: type[Kind]) -> Kind:
    """The part that serves `kind` in the application at work."""
    return _find().get(kind)
