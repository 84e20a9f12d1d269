"""Is what the process depends on there? Areas and the composition root register their probes."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
import structlog

from marketplace.core.db import db

Probe = Callable[[], None]
_probes: dict[str, Probe] = {}
log = structlog.get_logger()


def probe(name: str, run: Probe) -> None:
    """Register a probe: it raises when what it looks at is not there."""
    _probes[name] = run


def check() -> dict[str, str]:
    """Each probe's answer: 'ok' or 'down' (the reason goes to the log, not to the asker)."""
    found = {}
    for name, run in {"database": _database, **_probes}.items():
        try:
            run()
            found[name] = "ok"
        except Exception:  # any failure means the same to the asker
            log.exception("health.down", probe=name)
            found[name] = "down"
    return found


def _database() -> None:
    db.session.execute(sa.text("SELECT 1"))
