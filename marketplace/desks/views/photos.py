"""The pictures of the one screen: an album, changed by the buttons of the page or sent in pieces by its script."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from email.utils import format_datetime
from typing import Any, BinaryIO

import segno
from flask import Response, url_for
from markupsafe import Markup

from marketplace.catalog.queries.albums import AlbumView, album_of
from marketplace.catalog.rules import MOST_PICTURES
from marketplace.catalog.services import albums
from marketplace.core.actor import Actor
from marketplace.core.errors import Invalid
from marketplace.media import services as media
from marketplace.media.models import Upload
from marketplace.media.services import Prepared, uploads
from marketplace.media.services.uploads import Whole
from marketplace.web import tus
from marketplace.web.language import explain

ACT = "foto-"
"""How the names of the buttons of the album begin."""
SHARE, UNSHARE, EDIT = "foto-hp-lain", "foto-tutup-hp", "atur"
AT_ONCE = 2 * 1024 * 1024
"""So many bytes of pictures a plain form has made ready while it waits; the worker takes the rest, so that large ones
do not hold the pages of everybody up."""
Taken = list[tuple[str, Prepared | Whole | Invalid]]


def is_act(asked: str) -> bool:
    """Is this a button of the album?"""
    return asked == "foto" or asked.startswith(ACT)


def prepare(files: Iterable[Any], room: int) -> Taken:
    """Take the files of a plain form as far as there is room: by name what became of each, or what is wrong. Small
    ones are made ready at once (slow: outside a transaction), the others stored for the worker.

    Files of a form that was sent without any have no name and are passed over.
    """
    taken: Taken = []
    good = read = 0
    for upload in files:
        name = (upload.filename or "")[:120]
        if not name:
            continue
        if good >= room:
            taken.append(("", Invalid("catalog.too_many_pictures", most=MOST_PICTURES)))
            break
        read += size_of(upload.stream)
        try:
            taken.append((name, take(upload.stream, read)))
            good += 1
        except Invalid as refusal:
            taken.append((name, refusal))
    return taken


def take(stream: BinaryIO, read: int) -> Prepared | Whole:
    """A picture made ready, or stored for the worker when the form has brought more than `AT_ONCE` with it (`read`:
    bytes so far). Outside a transaction. Raises Invalid."""
    return media.prepare_picture(stream) if read <= AT_ONCE else uploads.store_whole(stream)


def size_of(stream: BinaryIO) -> int:
    """How many bytes a file of a form has."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    return size


def keep(actor: Actor, album_id: int, taken: Taken) -> list[str]:
    """Put what was prepared into the album, and say there and in the answer what was no good. In a transaction."""
    notes = []
    for name, one in taken:
        if isinstance(one, Prepared):
            albums.add(actor, album_id, one, name)
            continue
        if isinstance(one, Whole):
            albums.hand_over(actor, album_id, one, name)
            continue
        notes.append(f"{name}: {explain(one)}" if name else explain(one))
        if name:
            albums.add_refused(actor, album_id, name, one)
    return notes


def act(actor: Actor, album_id: int, asked: str) -> None:
    """Do what a button of the album asks for; one whose picture is gone by now does nothing. In a transaction."""
    if asked == SHARE:
        albums.share(actor, album_id)
    elif asked == UNSHARE:
        albums.stop_sharing(actor, album_id)
    else:
        _act_on_one(actor, album_id, asked)


def _act_on_one(actor: Actor, album_id: int, asked: str) -> None:
    picture_id, what = asked_for(album_of(album_id), asked)
    if picture_id is None:
        return
    if what == "hapus":
        albums.remove(actor, album_id, picture_id)
    elif what in ("maju", "mundur"):
        albums.move(actor, album_id, picture_id, -1 if what == "maju" else 1)


def asked_for(view: AlbumView, asked: str) -> tuple[int | None, str]:
    """The place in the album that a button is about, None when it is not there, and what is to be done with it."""
    mark, _dash, what = asked.removeprefix(ACT).partition("-")
    return next((item.id for item in view.items if item.mark == mark), None), what


def begun(begin: Callable[[int, str], Upload]) -> Response:
    """The answer to a creation of tus. In a transaction."""
    length, name = tus.announced()
    row = begin(length, name)
    place, until = url_for("media.upload", key=row.key), format_datetime(row.expires_at, usegmt=True)
    return tus.answer(201, {"Location": place, "Upload-Expires": until})


def qr_of(view: AlbumView) -> dict[str, object]:
    """The link for another phone and its QR, while there is one; for `album(...)` of the components."""
    if view.link_key is None:
        return {"link": "", "qr": ""}
    link = url_for("albums.by_link", token=view.link_key, _external=True)
    drawn = segno.make(link, error="m").svg_inline(
        scale=5, border=4, svgclass="album-qr", lineclass=None, omitsize=True
    )
    return {"link": link, "qr": Markup(drawn)}  # noqa: S704  (drawn by segno from an address of ours)
