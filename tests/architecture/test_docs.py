"""What the documents say of tests is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`(?:(\w+/\w+\.py))?(?:::(test_\w+))?`")


def test_every_test_that_the_documents_name_is_there() -> None:
    missing = []
    table = (ROOT / "docs" / "tests.md").read_text(encoding="utf-8").partition("## Pains")[2]
    for line in table.splitlines():
        file = ""
        for path, name in NAMED.findall(line):
            file = path or file
            if not file:
                continue
            source = ROOT / "tests" / file
            if not source.is_file() or (name and f"def {name}(" not in source.read_text(encoding="utf-8")):
                missing.append(f"{file}::{name}")
    assert missing == []
    assert len(NAMED.findall(table)) > 20, "the table is read"
