"""A statement as a PDF, set by Typst: a few milliseconds, no font of the machine, the same bytes for the same words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

FOLDER = Path(__file__).parent


def set_pdf(layout: str, sheet: Mapping[str, Any], at: datetime | None) -> bytes:
    """The document for these words, dated `at`. They are handed over as data: nothing that was typed is markup."""
    pdf = typst.compile(
        _layout(layout),
        format="pdf",
        sys_inputs={"sheet": json.dumps(sheet)},
        ignore_system_fonts=True,
        timestamp=int(at.timestamp()) if at else 0,
    )
    if not isinstance(pdf, bytes):
        raise TypeError("one document was asked for")
    return pdf


@cache
def _layout(name: str) -> bytes:
    return (FOLDER / f"{name}.typ").read_bytes()
