"""The tree of categories, and what is asked about goods in them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.catalog.rules import AttributeKind
from marketplace.core.db import Base, Word, one_of


class Category(Base):
    """A branch of the catalogue. Goods lie in its leaves.

    `required` lists the certificate kinds that goods in it must have to be public, `required_perishable` those of
    goods that perish within days.
    """

    __tablename__ = "categories"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("categories.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    is_food: Mapped[bool] = mapped_column(default=False)
    required: Mapped[list[str]] = mapped_column(default=list)
    required_perishable: Mapped[list[str]] = mapped_column(default=list)
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
