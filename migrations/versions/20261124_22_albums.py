"""Uploads in pieces, and albums of pictures in the making."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "22_albums"
down_revision = "21_stock"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = "state IN ('open', 'received', 'working', 'taken', 'refused')"


def upgrade() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("owner_id", BIG, nullable=True),
        sa.Column("purpose", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("length", BIG, nullable=False),
        sa.Column("offset", BIG, nullable=False),
        sa.Column("chunks", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(STATES, name=op.f("ck_uploads_state_known")),
        sa.CheckConstraint("length BETWEEN 1 AND 12582912", name=op.f("ck_uploads_length_in_bounds")),
        sa.CheckConstraint('"offset" BETWEEN 0 AND length', name=op.f("ck_uploads_offset_in_bounds")),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name=op.f("fk_uploads_owner_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
        sa.UniqueConstraint("key", name=op.f("uq_uploads_key")),
    )
    op.create_index(op.f("ix_uploads_owner_id"), "uploads", ["owner_id"])
    op.create_index(op.f("ix_uploads_purpose"), "uploads", ["purpose"])
    op.create_index("ix_uploads_state_expires_at", "uploads", ["state", "expires_at"])
    op.create_table(
        "albums",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("title", sa.String(length=140), nullable=False),
        sa.Column("created_by", BIG, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("link_key", sa.String(length=32), nullable=True),
        sa.Column("link_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(link_key IS NULL) = (link_ends_at IS NULL)", name=op.f("ck_albums_link_ends")),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_albums_created_by_people")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_albums_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_albums")),
        sa.UniqueConstraint("key", name=op.f("uq_albums_key")),
        sa.UniqueConstraint("link_key", name=op.f("uq_albums_link_key")),
    )
    op.create_index(op.f("ix_albums_store_id"), "albums", ["store_id"])
    op.create_index(op.f("ix_albums_touched_at"), "albums", ["touched_at"])
    op.create_table(
        "album_pictures",
        sa.Column("id", BIG, nullable=False),
        sa.Column("album_id", BIG, nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("media_id", BIG, nullable=True),
        sa.Column("upload_id", BIG, nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("alt", sa.String(length=200), nullable=False),
        sa.Column("refusal", sa.String(length=80), nullable=False),
        sa.Column("refusal_values", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "media_id IS NOT NULL OR upload_id IS NOT NULL OR refusal <> ''",
            name=op.f("ck_album_pictures_holds_something"),
        ),
        sa.ForeignKeyConstraint(["album_id"], ["albums.id"], name=op.f("fk_album_pictures_album_id_albums")),
        sa.ForeignKeyConstraint(["media_id"], ["media_files.id"], name=op.f("fk_album_pictures_media_id_media_files")),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], name=op.f("fk_album_pictures_upload_id_uploads")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_album_pictures")),
    )
    op.create_index("ix_album_pictures_album_id_position", "album_pictures", ["album_id", "position"])
    op.create_index(op.f("ix_album_pictures_media_id"), "album_pictures", ["media_id"])
    op.create_index(op.f("ix_album_pictures_upload_id"), "album_pictures", ["upload_id"])


def downgrade() -> None:
    op.drop_table("album_pictures")
    op.drop_table("albums")
    op.drop_table("uploads")
