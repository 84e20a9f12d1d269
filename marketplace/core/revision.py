"""One number that grows whenever something that the public can read has changed: the page cache is held to it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, after_commit, db, run_now


class PublicRevision(Base):
    """A table of a single row, made by the first migration."""

    __tablename__ = "public_revision"
    __table_args__ = (sa.CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]


def current() -> int:
    """The number now."""
    return db.session.scalar(sa.select(PublicRevision.number)) or 0


def touch() -> None:
    """Note that the transaction at hand changes what the public reads.

    The number moves right after the commit, in a statement of its own: inside the transaction this one row would make
    all buyers wait for each other. Should the process die in between, cached pages live for their short time-out.
    """
    if db.session.info.get("touched"):
        return
    db.session.info["touched"] = True
    after_commit(_grow)


def _grow() -> None:
    run_now(sa.update(PublicRevision).values(number=PublicRevision.number + 1))
