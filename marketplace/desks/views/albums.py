"""One picture of a product in the making, looked at closely; and pictures that come from another phone by a link."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.catalog.queries.albums import AlbumItem, AlbumView, album, album_by_link
from marketplace.catalog.rules import MOST_PICTURES
from marketplace.catalog.services import albums, drafts
from marketplace.core.actor import Right
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound
from marketplace.desks.views import photos
from marketplace.media import services as media
from marketplace.media.services import Prepared
from marketplace.media.services.uploads import Whole
from marketplace.web import tus
from marketplace.web.access import current_actor, local_path, public, requires_right
from marketplace.web.language import explain
from marketplace.web.limits import limiter

bp = Blueprint("albums", __name__)
UPLOADS = "240 per hour"
LOOKS = "1200 per hour"
CHANGES = "600 per hour"
SHAPES = {"persegi": (1, 1), "4-3": (4, 3)}
Page = str | Response | tuple[str, int]


# --- one picture -----------------------------------------------------------


@bp.get("/penjual/album/<string:key>/<int:picture_id>")
@requires_right(Right.PRODUCTS)
def edit(key: str, picture_id: int) -> str:
    """One picture: its description, turning, cropping."""
    return _edit_page(key, picture_id)


@bp.post("/penjual/album/<string:key>/<int:picture_id>/keterangan")
@requires_right(Right.PRODUCTS)
@limiter.limit(CHANGES)
def describe(key: str, picture_id: int) -> Page:
    """Say what is to be seen on it."""
    found = album(current_actor(), key)
    typed = request.form.get("keterangan", "")
    try:
        with transaction():
            albums.describe(current_actor(), found.id, picture_id, typed)
    except Invalid as refusal:
        return _edit_page(key, picture_id, {"keterangan": explain(refusal)}, typed), 422
    flash(_("Keterangan foto tersimpan."), "success")
    return _to_album()


@bp.post("/penjual/album/<string:key>/<int:picture_id>/putar")
@requires_right(Right.PRODUCTS)
@limiter.limit(UPLOADS)
def turn(key: str, picture_id: int) -> Page:
    """A quarter to the left or to the right."""
    return _change(key, picture_id, 3 if request.form.get("arah") == "kiri" else 1, None)


@bp.post("/penjual/album/<string:key>/<int:picture_id>/potong")
@requires_right(Right.PRODUCTS)
@limiter.limit(UPLOADS)
def crop(key: str, picture_id: int) -> Page:
    """Cut to a square, to 4:3, or to the box that was drawn or typed (percent of the picture)."""
    try:
        box = _box(key, picture_id)
    except Invalid as refusal:
        return _edit_page(key, picture_id, {"potong": explain(refusal)}), 422
    return _change(key, picture_id, 0, box)


def _change(key: str, picture_id: int, quarters: int, box: tuple[int, int, int, int] | None) -> Page:
    found = album(current_actor(), key)
    seen = request.form.get("dilihat", type=int) or 0
    if albums.picture_of(current_actor(), found.id, picture_id) != seen:
        flash(_("Foto ini sudah diubah di layar lain. Lihat dulu yang sekarang."), "warning")
        return redirect(url_for("albums.edit", key=key, picture_id=picture_id), 303)  # type: ignore[return-value]
    try:
        prepared = media.prepare_changed(seen, quarters, box)
    except Invalid as refusal:
        return _edit_page(key, picture_id, {"potong": explain(refusal)}), 422
    with transaction():
        drafts.replace_picture(current_actor(), found.id, picture_id, seen, prepared)
    return redirect(url_for("albums.edit", key=key, picture_id=picture_id), 303)  # type: ignore[return-value]


def _box(key: str, picture_id: int) -> tuple[int, int, int, int]:
    """The box of the form in thousandths. Raises Invalid: catalog.crop_outside."""
    names = ("kiri", "atas", "lebar", "tinggi")
    sent = [request.form.get(name, "").strip().replace(",", ".") for name in names]
    shape = SHAPES.get(request.form.get("bentuk", ""))
    if shape and (not all(sent) or request.form.get("bingkai") != "1"):
        return _middle(key, picture_id, shape)
    try:
        left, top, width, height = (round(float(text) * 10) for text in sent)
    except (ValueError, OverflowError) as error:
        raise Invalid("catalog.crop_outside", field="potong") from error
    fits = left >= 0 and top >= 0 and width > 0 and height > 0 and left + width <= 1000 and top + height <= 1000
    if not fits:
        raise Invalid("catalog.crop_outside", field="potong")
    return left, top, width, height


def _middle(key: str, picture_id: int, shape: tuple[int, int]) -> tuple[int, int, int, int]:
    """The largest box of a shape in the middle of a picture, in thousandths of it."""
    picture = _one(album(current_actor(), key), picture_id).picture
    assert picture is not None  # noqa: S101  (_one answers pictures only)
    wide, high = picture.width * shape[1], picture.height * shape[0]
    if wide > high:
        width = round(1000 * high / wide)
        return (1000 - width) // 2, 0, width, 1000
    height = round(1000 * wide / high)
    return 0, (1000 - height) // 2, 1000, height


# --- another phone ---------------------------------------------------------


@bp.get("/foto/<string:token>")
@public
@limiter.limit("120 per hour")
def by_link(token: str) -> Page:
    """What another phone sees: a way to add pictures, and nothing of the shop or the product."""
    return _link_page(token)


@bp.post("/foto/<string:token>")
@public
@limiter.limit("60 per hour")
def add_by_link(token: str) -> Page:
    """Pictures of a plain form from another phone."""
    try:
        album_by_link(token)
        errors = _take(token)
    except NotFound:
        return _link_over()
    if errors:
        return _link_page(token, errors)
    flash(_("Foto masuk. Anda boleh menambah lagi atau menutup halaman ini."), "success")
    return redirect(url_for("albums.by_link", token=token), 303)  # type: ignore[return-value]


@bp.post("/foto/<string:token>/unggahan")
@public
@tus.speaks_tus
@limiter.limit("120 per hour")
def begin_upload_by_link(token: str) -> Response:
    """Creation of tus from another phone."""
    with transaction():
        return photos.begun(lambda length, name: albums.begin_upload_by_link(token, name, length))


def _link_page(token: str, errors: list[str] | None = None) -> Page:
    try:
        view = album_by_link(token)
    except NotFound:
        return _link_over()
    page = render_template("desks/album_link.html", view=view, token=token, errors=errors or [])
    return (page, 422) if errors else page


def _link_over() -> Page:
    return render_template("desks/album_link.html", view=None, errors=[]), 410


# --- shared ----------------------------------------------------------------


def _take(token: str) -> list[str]:
    """Take the pictures of field `foto` in one by one; the words for each that was no good. Raises NotFound."""
    sent = [upload for upload in request.files.getlist("foto") if upload.filename]
    if not sent:
        return [_("Pilih dulu fotonya.")]
    errors = []
    read = 0
    for number, upload in enumerate(sent):
        if number >= MOST_PICTURES:
            errors.append(explain(Invalid("catalog.too_many_pictures", most=MOST_PICTURES)))
            break
        name = (upload.filename or "")[:120]
        try:
            read += photos.size_of(upload.stream)  # type: ignore[arg-type]
            taken = photos.take(upload.stream, read)  # type: ignore[arg-type]
            with transaction():
                _keep(token, taken, name)
        except Invalid as refusal:
            errors.append(f"{name}: {explain(refusal)}")
    return errors


def _keep(token: str, taken: Prepared | Whole, name: str) -> None:
    if isinstance(taken, Whole):
        albums.hand_over_by_link(token, taken, name)
    else:
        albums.add_by_link(token, taken, name)


def _edit_page(key: str, picture_id: int, errors: dict[str, str] | None = None, typed: str | None = None) -> str:
    view = album(current_actor(), key)
    item = _one(view, picture_id)
    alt = item.alt if typed is None else typed
    return render_template("desks/album_picture.html", view=view, item=item, alt=alt, errors=errors or {}, back=_back())


def _one(view: AlbumView, picture_id: int) -> AlbumItem:
    found = next((item for item in view.pictures if item.id == picture_id), None)
    if found is None:
        raise NotFound("catalog.album_not_found")
    return found


def _back() -> str:
    """The page that shows the album: where the visitor came from, if it says so, else the list of goods."""
    return local_path(request.values.get("kembali")) or url_for("seller_products.index")


def _to_album() -> Response:
    return redirect(f"{_back()}#foto", 303)  # type: ignore[return-value]
