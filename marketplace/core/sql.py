"""What both databases can say, each in its own words."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class wita_day(FunctionElement[date]):  # noqa: N801  (it is written like a function of SQL)
    """The calendar day in Kupang (WITA, UTC+8) of an instant."""

    type = sa.Date()
    inherit_cache = True


@compiles(wita_day, "sqlite")
def _on_sqlite(element: wita_day, compiler: SQLCompiler, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)}, '+8 hours')"


@compiles(wita_day, "postgresql")
def _on_postgresql(element: wita_day, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(timezone('Asia/Makassar', {compiler.process(element.clauses, **options)}) AS DATE)"
