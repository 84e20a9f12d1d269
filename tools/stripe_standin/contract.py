"""Stripe's published description of its API, as a check of what is asked and of what is answered.

data/README.md says where the document is from and the three things that a checker of it has to know: close nested
objects, read `nullable` as a union with null, and enforce no enum marked `x-stripeBypassValidation`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tools.stripe_standin.errors import Refusal
from tools.stripe_standin.forms import typed

DATA = Path(__file__).parent / "data"
VERSION = "2026-05-27.dahlia"
ROOT = "stripe:document"


@dataclass(frozen=True)
class Operation:
    """One method of one address: what it takes and what it gives, as schemas."""

    name: str  # Stripe's operationId, such as PostRefunds
    method: str
    path: str
    pattern: re.Pattern[str]
    query: dict[str, Any]
    form: dict[str, Any]
    answer: dict[str, Any]

    @property
    def takes(self) -> dict[str, Any]:
        """The schema of the parameters: of the body for a POST, else of the query."""
        return self.form if self.method == "POST" else self.query


def _prepared(schema: Any, *, close: bool) -> Any:
    """The schema in JSON Schema's words; `close` refuses unknown names in objects at any depth."""
    if isinstance(schema, list):
        return [_prepared(one, close=close) for one in schema]
    if not isinstance(schema, dict):
        return schema
    ready = {key: _prepared(value, close=close) for key, value in schema.items() if key != "nullable"}
    if isinstance(ready.get("$ref"), str):
        ready["$ref"] = ROOT + ready["$ref"]
    if ready.pop("x-stripeBypassValidation", False) is True:
        ready.pop("enum", None)
    if close and isinstance(schema.get("properties"), dict):
        ready.setdefault("additionalProperties", False)
    return {"anyOf": [ready, {"type": "null"}]} if schema.get("nullable") is True else ready


def _query_schema(parameters: list[dict[str, Any]]) -> dict[str, Any]:
    asked = [one for one in parameters if one["in"] == "query"]
    return {
        "type": "object",
        "properties": {one["name"]: one["schema"] for one in asked},
        "required": [one["name"] for one in asked if one.get("required")],
        "additionalProperties": False,
    }


class Contract:
    """The document, read once; validators are built when first needed and kept."""

    def __init__(self) -> None:
        document = json.loads((DATA / "stripe_openapi_trimmed.json").read_text(encoding="utf-8"))
        self.expandable = {
            name: set(schema.get("x-expandableFields", ()))
            for name, schema in document["components"]["schemas"].items()
        }
        schemas = {"components": {"schemas": _prepared(document["components"]["schemas"], close=False)}}
        resource = Resource.from_contents(schemas, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(ROOT, resource)
        self.operations = list(self._read(document["paths"]))
        self._validators: dict[tuple[str, str], Draft202012Validator] = {}

    @staticmethod
    def _read(paths: dict[str, Any]) -> Iterator[Operation]:
        for path, methods in paths.items():
            pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + r"\Z")
            for method, told in methods.items():
                body = told.get("requestBody", {}).get("content", {}).get("application/x-www-form-urlencoded", {})
                yield Operation(
                    told["operationId"],
                    method.upper(),
                    path,
                    pattern,
                    _prepared(_query_schema(told.get("parameters", [])), close=True),
                    _prepared(body.get("schema", {}), close=True),
                    _prepared(told["responses"]["200"]["content"]["application/json"]["schema"], close=False),
                )

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation at that address and the parts of the address; None when the document has none."""
        for operation in self.operations:
            if operation.method == method and (match := operation.pattern.match(path)):
                return operation, match.groupdict()
        return None

    def checked(self, operation: Operation, params: dict[str, Any]) -> dict[str, Any]:
        """The parameters, typed; raises Refusal in Stripe's words for the first that is wrong."""
        given: dict[str, Any] = typed(operation.takes, params)
        for error in self._validator(operation.name, "request", operation.takes).iter_errors(given):
            raise refusal(error)
        return given

    def faults_of(self, operation: Operation, answer: Any) -> list[str]:
        """What is wrong with an answer of ours, one line for each place."""
        return _lines(self._validator(operation.name, "answer", operation.answer), answer)

    def faults_of_object(self, schema: str, value: Any) -> list[str]:
        """What is wrong with an object by the schema of that name, such as `charge` or `error`."""
        return _lines(self._validator(schema, "object", {"$ref": f"{ROOT}#/components/schemas/{schema}"}), value)

    def _validator(self, name: str, kind: str, schema: dict[str, Any]) -> Draft202012Validator:
        found = self._validators.get((name, kind))
        if found is None:
            found = self._validators[name, kind] = Draft202012Validator(schema, registry=self._registry)
        return found


@cache
def contract() -> Contract:
    """The one contract of the process."""
    return Contract()


@cache
def examples() -> dict[str, dict[str, Any]]:
    """Stripe's own example objects by kind; copy before changing one."""
    resources: dict[str, dict[str, Any]] = json.loads(
        (DATA / "stripe_fixtures_trimmed.json").read_text(encoding="utf-8")
    )["resources"]
    return resources


def _lines(validator: Draft202012Validator, value: Any) -> list[str]:
    return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value)]


def _param(parts: list[str | int]) -> str:
    """The place of a parameter as it is written in a form: line_items[0][quantity]."""
    first, *rest = [str(part) for part in parts] or [""]
    return first + "".join(f"[{part}]" for part in rest)


def refusal(error: ValidationError) -> Refusal:
    """Stripe's words for a request that breaks its schema."""
    while error.context:  # of a union, the branch that came furthest
        error = max(error.context, key=lambda inner: (len(inner.absolute_path), inner.validator != "type"))
    place = list(error.absolute_path)
    return _WORDS.get(str(error.validator), _other)(error, place)


def _unknown(error: ValidationError, place: list[str | int]) -> Refusal:
    schema, given = cast("Any", error.schema), cast("Any", error.instance)
    name = _param([*place, next(one for one in given if one not in schema.get("properties", {}))])
    return Refusal(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def _missing(error: ValidationError, place: list[str | int]) -> Refusal:
    wanted, given = cast("Any", error.validator_value), cast("Any", error.instance)
    name = _param([*place, next(one for one in wanted if one not in given)])
    return Refusal(f"Missing required param: {name}.", code="parameter_missing", param=name)


def _wrong_type(error: ValidationError, place: list[str | int]) -> Refusal:
    kind = str(error.validator_value)
    shown = error.instance if isinstance(error.instance, str) else json.dumps(error.instance)
    code = "parameter_invalid_integer" if kind == "integer" else None
    return Refusal(f"Invalid {kind}: {shown}", code=code, param=_param(place))


def _not_listed(error: ValidationError, place: list[str | int]) -> Refusal:
    *most, last = [str(one) for one in cast("Any", error.validator_value)]
    listed = f"{', '.join(most)}, or {last}" if len(most) > 1 else " or ".join([*most, last])
    name = _param(place)
    return Refusal(f"Invalid {name}: must be one of {listed}", param=name)


def _too_long(error: ValidationError, place: list[str | int]) -> Refusal:
    start = str(error.instance)[:20]
    words = f"Invalid string: {start}...; must be at most {error.validator_value} characters"
    return Refusal(words, param=_param(place))


def _other(error: ValidationError, place: list[str | int]) -> Refusal:
    return Refusal(f"Invalid {_param(place)}: {error.message}", param=_param(place))


_WORDS = {
    "additionalProperties": _unknown,
    "required": _missing,
    "type": _wrong_type,
    "enum": _not_listed,
    "maxLength": _too_long,
}
