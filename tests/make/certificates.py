"""The types of certificates that a new market begins with, without a database."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

from marketplace.certificates.rules import About, Scope, Validity

SEED = Path(__file__).parents[2] / "migrations" / "versions" / "20261124_28_certificates.py"


@cache
def types() -> dict[str, About]:
    """Each type by code, as the migration writes it."""
    spec = importlib.util.spec_from_file_location("seed", SEED)
    assert spec
    assert spec.loader
    seed = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(seed)
    return {row[0]: _about(dict(zip(seed.COLUMNS, row, strict=True))) for row in seed.TYPES}


def _about(values: dict[str, object]) -> About:
    known = {**values, "prefixes": tuple(values["prefixes"])}  # type: ignore[arg-type]
    return About(**{**known, "scope": Scope(values["scope"]), "validity": Validity(values["validity"])})  # type: ignore[arg-type]
