"""Two senders at one offset of an upload: one piece counts, the other is told where the upload stands."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from marketplace.core.actor import GUEST
from marketplace.core.db import db, transaction
from marketplace.core.errors import Stale
from marketplace.media.models import Upload
from marketplace.media.services import uploads
from tests.concurrency.crowd import Meeting, together
from tests.databases import Market

pytestmark = pytest.mark.race


def upload() -> str:
    with transaction():
        return uploads.begin(GUEST, "album:0", "kain.jpg", 100).key


def test_of_many_pieces_at_one_offset_one_counts(live_database: Market) -> None:
    with live_database.app.app_context():
        key = upload()

    def send() -> int:
        chunk = uploads.store_chunk(b"x" * 40)
        with transaction():
            return uploads.count_chunk(GUEST, key, 0, chunk, 40)

    done = together(live_database.app, [send] * 8)
    assert done.count(40) == 1
    assert all(isinstance(other, Stale) for other in done if other != 40)
    with live_database.app.app_context():
        row = db.session.scalars(sa.select(Upload).where(Upload.key == key)).one()
        assert (row.offset, len(row.chunks)) == (40, 1)


def test_looking_first_counts_pieces_twice(live_database: Market) -> None:
    """The control: without the guarded UPDATE, two who looked in time both believe that their piece counts."""
    with live_database.app.app_context():
        key = upload()
    meeting = Meeting(2)

    def send() -> int:
        offset = db.session.scalars(sa.select(Upload.offset).where(Upload.key == key)).one()
        db.session.rollback()
        meeting.wait()
        with transaction():
            db.session.execute(sa.update(Upload).where(Upload.key == key).values(offset=offset + 40))
        return offset + 40

    assert together(live_database.app, [send] * 2) == [40, 40]
