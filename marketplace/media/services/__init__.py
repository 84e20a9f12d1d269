"""Taking files in.

Reading and re-encoding is slow work and is done before a transaction is opened: `prepare_…` leaves the finished
files in the store, `keep` notes in the transaction whose they are. Files that are never kept are harmless: no row,
so no page, leads to their random names.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from marketplace.core import audit
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.ports import port
from marketplace.media import rules
from marketplace.media.adapters import pictures
from marketplace.media.adapters.store import MediaStore
from marketplace.media.models import MediaFile
from marketplace.media.rules import FileKind

MEGABYTE = 1024 * 1024
DOCUMENT_STARTS = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


@dataclass(frozen=True)
class Prepared:
    """A file that lies in the store already; sizes in pixels (0 for a document) and bytes."""

    key: str
    kind: FileKind
    width: int
    height: int
    size: int


def prepare_picture(stream: BinaryIO) -> Prepared:
    """Re-encode a picture in all its widths and store it. Outside a transaction.

    Raises Invalid (field "pictures"): media.empty, media.too_large, or what `adapters.pictures.render` refuses.
    """
    content = _content(stream)
    return _store_with_source(*pictures.render_with_source(io.BytesIO(content)))


def prepare_changed(media_id: int, quarters: int = 0, box: tuple[int, int, int, int] | None = None) -> Prepared:
    """A new picture from one that is kept: turned right by quarters, or cut to a box (thousandths). Outside a
    transaction. Who may is for the area that owns the picture to say.

    Raises NotFound, and Invalid as `adapters.pictures.change` does.
    """
    row = db.session.get(MediaFile, media_id)
    if row is None or row.kind is not FileKind.PICTURE:
        raise NotFound
    store = port(MediaStore)
    source = rules.source_file(row.key)
    if not store.exists(source):  # from before sources were kept
        source = rules.picture_file(row.key, rules.widths_for(row.width)[-1])
    try:
        content = store.read(source)
    except FileNotFoundError as error:
        raise NotFound from error
    return _store_with_source(*pictures.change(io.BytesIO(content), quarters, box))


def _store_with_source(source: bytes, files: pictures.Files) -> Prepared:
    prepared = store_widths(secrets.token_hex(16), files)
    port(MediaStore).put(rules.source_file(prepared.key), source)
    return prepared


def store_widths(key: str, files: Mapping[int, tuple[int, bytes]]) -> Prepared:
    """Store a picture rendered already: by width (pixels), its height and its WebP file. Outside a transaction."""
    store = port(MediaStore)
    for width, (_, encoded) in files.items():
        store.put(rules.picture_file(key, width), encoded)
    widest = max(files)
    size = sum(len(encoded) for _, encoded in files.values())
    return Prepared(key, FileKind.PICTURE, widest, files[widest][0], size)


def prepare_document(stream: BinaryIO) -> Prepared:
    """Store a private paper: PDF, JPEG, PNG or WebP by its content, kept as it is. Outside a transaction.

    Raises Invalid: media.empty, media.too_large, media.not_a_document.
    """
    content = _content(stream)
    if not document_type(content):
        raise Invalid("media.not_a_document")
    key = secrets.token_hex(16)
    port(MediaStore).put(rules.document_file(key), content)
    return Prepared(key, FileKind.DOCUMENT, 0, 0, len(content))


def prepare_private_picture(stream: BinaryIO) -> Prepared:
    """Re-encode a picture and store it as a private file, in one width: no address leads to it, and nothing that a
    phone noted beside the pixels is left. Outside a transaction. Raises Invalid as `prepare_picture` does.
    """
    files = pictures.render(io.BytesIO(_content(stream)))
    width = max(files)
    height, encoded = files[width]
    key = secrets.token_hex(16)
    port(MediaStore).put(rules.document_file(key), encoded)
    return Prepared(key, FileKind.DOCUMENT, width, height, len(encoded))


def discard(prepared: Prepared) -> None:
    """Forget the files of a picture that nobody keeps. Outside a transaction."""
    for name in rules.names_of(prepared.key, prepared.kind):
        port(MediaStore).delete(name)


def keep(actor: Actor, prepared: Prepared) -> MediaFile:
    """Note whose file it is, in the transaction at hand."""
    row = MediaFile(
        key=prepared.key,
        kind=prepared.kind,
        width=prepared.width,
        height=prepared.height,
        size=prepared.size,
        owner_id=actor.person_id,
        created_at=now(),
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "media.kept", "media_file", row.id, kind=prepared.kind.value, size=prepared.size)
    return row


def document(media_id: int) -> tuple[bytes, str]:
    """A private paper's content and its type. Who may read it is for the area that owns it to say. Raises NotFound."""
    row = db.session.get(MediaFile, media_id)
    if row is None or row.kind is not FileKind.DOCUMENT:
        raise NotFound
    try:
        content = port(MediaStore).read(rules.document_file(row.key))
    except FileNotFoundError as error:
        raise NotFound from error
    return content, document_type(content)


def document_type(content: bytes) -> str:
    """The media type that the first bytes tell, or nothing for a kind that is not taken."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in DOCUMENT_STARTS if content.startswith(start)), "")


def _content(stream: BinaryIO) -> bytes:
    content = stream.read(rules.LARGEST_UPLOAD + 1)
    if not content:
        raise Invalid("media.empty")
    if len(content) > rules.LARGEST_UPLOAD:
        raise Invalid("media.too_large", megabytes=rules.LARGEST_UPLOAD // MEGABYTE)
    return content


def store_file(content: bytes, ending: str) -> str:
    """Store bytes that no page shows, under a random key that it returns. Outside a transaction."""
    key = secrets.token_hex(16)
    port(MediaStore).put(f"{key}.{ending}", content)
    return key


def stored_file(key: str, ending: str) -> bytes:
    """The bytes of `store_file`. Raises FileNotFoundError."""
    return port(MediaStore).read(f"{key}.{ending}")


def forget_file(key: str, ending: str) -> None:
    """Delete what `store_file` stored; nothing happens when it is gone. Outside a transaction."""
    port(MediaStore).delete(f"{key}.{ending}")
