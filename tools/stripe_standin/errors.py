"""Stripe's way of saying no."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """A request that is answered with an error object (schema `api_errors` of the OpenAPI document)."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error: dict[str, Any] = {"type": kind, "message": message}
        if code:
            self.error["code"] = code
        if param:
            self.error["param"] = param

    @property
    def body(self) -> dict[str, Any]:
        return {"error": self.error}


def no_such(kind: str, object_id: str, *, status: int = 404, param: str = "id") -> Refusal:
    """Code `resource_missing`: 404 for an object in the address, 400 for one named by a parameter."""
    return Refusal(f"No such {kind}: '{object_id}'", status=status, code="resource_missing", param=param)


def unknown_address(method: str, path: str) -> Refusal:
    return Refusal(f"Unrecognized request URL ({method}: {path}).", status=404)


def not_built(param: str) -> Refusal:
    """A parameter that Stripe knows and the stand-in would ignore: refused, so that no test passes by that."""
    return Refusal(f"This stand-in does not build {param}.", param=param)


def broken(message: str) -> Refusal:
    """An error of the server itself."""
    return Refusal(message, status=500, kind="api_error")
