"""Uploads that survive a bad line: a file comes in pieces, and each piece counts entirely or not at all.

A piece is stored first and counted afterwards by a guarded UPDATE, so of two senders at one offset one wins. Nothing
is ever read half: bytes are joined only once all are counted.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO

import sqlalchemy as sa

from marketplace.core import audit, settings
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.clock import now
from marketplace.core.db import after_commit, db
from marketplace.core.errors import Invalid, NotFound, Stale, TooMany
from marketplace.core.locks import lock_words
from marketplace.core.outbox import emit
from marketplace.core.ports import port
from marketplace.media import rules
from marketplace.media.adapters.store import MediaStore
from marketplace.media.events import UploadReceived
from marketplace.media.models import Upload
from marketplace.media.rules import UploadState

MEGABYTE = 1024 * 1024
CLAIM = timedelta(minutes=5)
HOURS = settings.define("media.upload_hours", 48, "Jam sebuah unggahan boleh terputus", minimum=1, maximum=336)
MOST_OPEN = settings.define("media.open_uploads", 40, "Unggahan terbuka sekaligus per orang", minimum=1, maximum=200)


def begin(actor: Actor, purpose: str, name: str, length: int) -> Upload:
    """Make room for a file of so many bytes. Raises Invalid: media.empty, media.too_large; TooMany."""
    if length < 1:
        raise Invalid("media.empty")
    if length > rules.LARGEST_UPLOAD:
        raise Invalid("media.too_large", megabytes=rules.LARGEST_UPLOAD // MEGABYTE)
    whose = Upload.purpose == purpose if actor.person_id is None else Upload.owner_id == actor.person_id
    lock_words([f"uploads:{actor.person_id or purpose}"])
    count = sa.select(sa.func.count()).select_from(Upload)
    opened = db.session.scalar(count.where(whose, Upload.state == UploadState.OPEN, Upload.expires_at > now()))
    if (opened or 0) >= MOST_OPEN.today():
        raise TooMany("media.too_many_uploads", retry_after=600)
    at = now()
    row = Upload(
        key=secrets.token_hex(16),
        owner_id=actor.person_id,
        purpose=purpose,
        name=name[: rules.LONGEST_NAME],
        length=length,
        offset=0,
        chunks=[],
        state=UploadState.OPEN,
        created_at=at,
        expires_at=at + timedelta(hours=HOURS.today()),
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "media.upload_begun", "upload", row.id, length=length, purpose=purpose)
    return row


def own(actor: Actor, key: str) -> Upload:
    """An upload by its key, if it is the actor's or came by a link, and not over. Raises NotFound."""
    row = db.session.scalar(sa.select(Upload).where(Upload.key == key))
    if row is None or (row.owner_id is not None and row.owner_id != actor.person_id):
        raise NotFound
    if row.state is UploadState.OPEN and row.expires_at <= now():
        raise NotFound
    return row


def store_chunk(content: bytes) -> str:
    """Put a piece into the store; its key. Outside a transaction."""
    key = secrets.token_hex(16)
    port(MediaStore).put(rules.chunk_file(key), content)
    return key


@dataclass(frozen=True)
class Whole:
    """A file that lies in the store in one piece, of so many bytes."""

    chunk: str
    length: int


def store_whole(stream: BinaryIO) -> Whole:
    """Put a file of a plain form into the store as it came, unread. Outside a transaction.

    Raises Invalid: media.empty, media.too_large.
    """
    content = stream.read(rules.LARGEST_UPLOAD + 1)
    if not content:
        raise Invalid("media.empty")
    if len(content) > rules.LARGEST_UPLOAD:
        raise Invalid("media.too_large", megabytes=rules.LARGEST_UPLOAD // MEGABYTE)
    return Whole(store_chunk(content), len(content))


def drop_chunk(key: str) -> None:
    """Forget a piece that was not counted."""
    port(MediaStore).delete(rules.chunk_file(key))


def count_chunk(actor: Actor, upload_key: str, offset: int, chunk: str, size: int) -> int:
    """Count a stored piece of so many bytes at an offset; the new offset. All bytes here: `UploadReceived`.

    Raises NotFound; Stale when the upload stands elsewhere meanwhile; Invalid for more bytes than were announced.
    """
    row = own(actor, upload_key)
    if row.state is not UploadState.OPEN or row.offset != offset:
        raise Stale("media.wrong_offset")
    if offset + size > row.length:
        raise Invalid("media.too_large", megabytes=rules.LARGEST_UPLOAD // MEGABYTE)
    is_whole = offset + size == row.length
    counted = db.session.execute(
        sa.update(Upload)
        .where(Upload.id == row.id, Upload.offset == offset, Upload.state == UploadState.OPEN)
        .values(
            offset=offset + size,
            chunks=[*row.chunks, chunk],
            state=UploadState.RECEIVED if is_whole else UploadState.OPEN,
            expires_at=now() + timedelta(hours=HOURS.today()),
        )
        .returning(Upload.id)
        .execution_options(synchronize_session=False)
    ).first()
    if counted is None:
        raise Stale("media.wrong_offset")
    if is_whole:
        emit(UploadReceived(row.id))
    return offset + size


def end(actor: Actor, upload_key: str) -> None:
    """Give an upload up that is not whole yet. Raises NotFound, Stale."""
    row = own(actor, upload_key)
    if row.state is not UploadState.OPEN:
        raise Stale("media.wrong_offset")
    _close(row, UploadState.REFUSED)
    audit.record(actor, "media.upload_ended", "upload", row.id)


def claim(purpose_prefix: str) -> Upload | None:
    """The oldest whole upload of a purpose, for this worker alone; an old claim of another may be taken over."""
    at = now()
    waits = sa.or_(
        Upload.state == UploadState.RECEIVED,
        sa.and_(Upload.state == UploadState.WORKING, Upload.claimed_at < at - CLAIM),
    )
    oldest = sa.select(Upload.id).where(Upload.purpose.startswith(purpose_prefix), waits).order_by(Upload.id).limit(1)
    upload_id = db.session.scalar(oldest.with_for_update(skip_locked=True))
    if upload_id is None:
        return None
    taken = sa.update(Upload).where(Upload.id == upload_id).values(state=UploadState.WORKING, claimed_at=at)
    db.session.execute(taken)
    return db.session.get_one(Upload, upload_id, populate_existing=True)


def are_waiting(purpose_prefix: str) -> bool:
    """Are there whole uploads that no worker has taken on?"""
    query = sa.select(Upload.id).where(Upload.purpose.startswith(purpose_prefix), Upload.state == UploadState.RECEIVED)
    return db.session.scalar(query.limit(1)) is not None


def content(chunks: list[str]) -> bytes:
    """The file that pieces make up. Outside a transaction. Raises FileNotFoundError."""
    store = port(MediaStore)
    return b"".join(store.read(rules.chunk_file(chunk)) for chunk in chunks)


def settle(upload_id: int, *, is_taken: bool) -> bool:
    """Note that a claimed upload is taken in, or refused; False when that was done already."""
    row = db.session.get(Upload, upload_id, with_for_update=True, populate_existing=True)
    if row is None or row.state is not UploadState.WORKING:
        return False
    _close(row, UploadState.TAKEN if is_taken else UploadState.REFUSED)
    return True


def _close(row: Upload, state: UploadState) -> None:
    chunks = list(row.chunks)
    row.state, row.chunks = state, []
    db.session.flush()

    def drop() -> None:
        for chunk in chunks:
            drop_chunk(chunk)

    after_commit(drop)


def expire(limit: int = 200) -> int:
    """Close open uploads whose time is over; how many were closed."""
    over = sa.select(Upload).where(Upload.state == UploadState.OPEN, Upload.expires_at <= now())
    rows = list(db.session.scalars(over.order_by(Upload.id).limit(limit).with_for_update(skip_locked=True)))
    for row in rows:
        _close(row, UploadState.REFUSED)
    if rows:
        audit.record(SYSTEM, "media.uploads_expired", "upload", rows[0].id, count=len(rows))
    return len(rows)
