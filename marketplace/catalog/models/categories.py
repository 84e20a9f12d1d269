"""The tree of categories, and what is asked about goods in them."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.catalog.rules import AttributeKind, Goods, Level
from marketplace.core.db import Base, Word, one_of


class Category(Base):
    """A branch of the catalogue. Goods lie in its leaves."""

    __tablename__ = "categories"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("categories.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    is_food: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)


class CategoryAttribute(Base):
    """What is asked about goods of a category and of those below it: a motif, a size, a taste.

    `code` is what answers are kept under; `choices` are for the kinds that have some, `unit` for a number.
    """

    __tablename__ = "category_attributes"
    __table_args__ = (one_of("kind", AttributeKind), sa.UniqueConstraint("category_id", "code"))

    id: Mapped[int] = mapped_column(primary_key=True)
    category_id: Mapped[int] = mapped_column(sa.ForeignKey("categories.id"))
    code: Mapped[str] = mapped_column(sa.String(40))
    label: Mapped[str] = mapped_column(sa.String(80))
    kind: Mapped[AttributeKind] = mapped_column(Word(AttributeKind))
    unit: Mapped[str] = mapped_column(sa.String(20), default="")
    choices: Mapped[list[str]] = mapped_column(default=list)
    is_required: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)


class CertificateNeed(Base):
    """A paper that goods of a category need, or every shop; `rules.Need` says what the columns mean.

    A rule is never rewritten: it ends on a day, and another begins.
    """

    __tablename__ = "certificate_needs"
    __table_args__ = (
        one_of("goods", Goods),
        one_of("level", Level),
        sa.CheckConstraint("until_day IS NULL OR until_day >= from_day", name="ends_after_it_begins"),
        sa.CheckConstraint("grace_days BETWEEN 0 AND 1000", name="grace_sane"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.ForeignKey("certificate_types.code"), index=True)
    category_id: Mapped[int | None] = mapped_column(sa.ForeignKey("categories.id"), index=True)
    goods: Mapped[Goods] = mapped_column(Word(Goods))
    also: Mapped[list[str]] = mapped_column(default=list)
    level: Mapped[Level] = mapped_column(Word(Level))
    from_day: Mapped[date]
    until_day: Mapped[date | None]
    grace_days: Mapped[int] = mapped_column(default=0)
    basis: Mapped[str] = mapped_column(sa.String(200), default="")
