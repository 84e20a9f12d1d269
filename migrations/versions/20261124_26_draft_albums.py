"""The pictures of a draft are an album."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "26_draft_albums"
down_revision = "25_opening"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)
DRAFTS = sa.table(
    "product_drafts",
    sa.column("id", BIG),
    sa.column("store_id", BIG),
    sa.column("album_id", BIG),
    sa.column("fields", sa.JSON()),
    sa.column("created_by", BIG),
    sa.column("created_at", WHEN),
    sa.column("updated_at", WHEN),
)
ALBUMS = sa.table(
    "albums",
    sa.column("id", BIG),
    sa.column("key", sa.String(32)),
    sa.column("store_id", BIG),
    sa.column("title", sa.String(140)),
    sa.column("created_by", BIG),
    sa.column("created_at", WHEN),
    sa.column("touched_at", WHEN),
)
PICTURES = sa.table(
    "album_pictures",
    sa.column("id", BIG),
    sa.column("album_id", BIG),
    sa.column("position", BIG),
    sa.column("media_id", BIG),
    sa.column("name", sa.String(120)),
    sa.column("alt", sa.String(200)),
    sa.column("refusal", sa.String(80)),
    sa.column("refusal_values", sa.JSON()),
)
OLD = sa.table(
    "draft_pictures",
    sa.column("id", BIG),
    sa.column("draft_id", BIG),
    sa.column("media_id", BIG),
    sa.column("upload_key", sa.String(40)),
    sa.column("position", BIG),
)


def upgrade() -> None:
    with op.batch_alter_table("product_drafts") as batch:
        batch.add_column(sa.Column("album_id", BIG, nullable=True))
        batch.create_foreign_key(op.f("fk_product_drafts_album_id_albums"), "albums", ["album_id"], ["id"])
        batch.create_unique_constraint(op.f("uq_product_drafts_album_id"), ["album_id"])
    bind = op.get_bind()
    for draft in bind.execute(sa.select(DRAFTS).order_by(DRAFTS.c.id)).all():
        key = secrets.token_hex(16)
        bind.execute(
            sa.insert(ALBUMS).values(
                key=key,
                store_id=draft.store_id,
                title=(draft.fields.get("name") or [""])[0][:140],
                created_by=draft.created_by,
                created_at=draft.created_at,
                touched_at=draft.updated_at,
            )
        )
        album_id = bind.execute(sa.select(ALBUMS.c.id).where(ALBUMS.c.key == key)).scalar_one()
        bind.execute(sa.update(DRAFTS).where(DRAFTS.c.id == draft.id).values(album_id=album_id))
        held = sa.select(OLD.c.media_id).where(OLD.c.draft_id == draft.id).order_by(OLD.c.position, OLD.c.id)
        for place, media_id in enumerate(bind.execute(held).scalars().all()):
            bind.execute(
                sa.insert(PICTURES).values(
                    album_id=album_id,
                    position=place,
                    media_id=media_id,
                    name="",
                    alt="",
                    refusal="",
                    refusal_values={},
                )
            )
    op.drop_table("draft_pictures")


def downgrade() -> None:
    op.create_table(
        "draft_pictures",
        sa.Column("id", BIG, nullable=False),
        sa.Column("draft_id", BIG, nullable=False),
        sa.Column("media_id", BIG, nullable=False),
        sa.Column("upload_key", sa.String(40), nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["product_drafts.id"], name=op.f("fk_draft_pictures_draft_id_product_drafts")
        ),
        sa.ForeignKeyConstraint(["media_id"], ["media_files.id"], name=op.f("fk_draft_pictures_media_id_media_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_pictures")),
        sa.UniqueConstraint("draft_id", "media_id", name=op.f("uq_draft_pictures_draft_id_media_id")),
    )
    op.create_index(op.f("ix_draft_pictures_media_id"), "draft_pictures", ["media_id"])
    held = (
        sa.select(DRAFTS.c.id, PICTURES.c.media_id, sa.literal(""), sa.func.min(PICTURES.c.position))
        .join(PICTURES, PICTURES.c.album_id == DRAFTS.c.album_id)
        .where(PICTURES.c.media_id.is_not(None))
        .group_by(DRAFTS.c.id, PICTURES.c.media_id)
    )
    op.get_bind().execute(sa.insert(OLD).from_select(["draft_id", "media_id", "upload_key", "position"], held))
    with op.batch_alter_table("product_drafts") as batch:
        batch.drop_constraint(op.f("uq_product_drafts_album_id"), type_="unique")
        batch.drop_constraint(op.f("fk_product_drafts_album_id_albums"), type_="foreignkey")
        batch.drop_column("album_id")
