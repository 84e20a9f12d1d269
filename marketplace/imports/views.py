"""The seller's page for sheets: hand one in, match its columns, look at the dry run, take the good rows in."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.catalog import queries as catalog
from marketplace.core.actor import Actor, Right
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Refusal
from marketplace.imports import queries, services
from marketplace.imports.adapters.writing import Cell, to_csv, to_xlsx
from marketplace.imports.forms import UploadForm
from marketplace.imports.policies import can_import
from marketplace.imports.queries import ImportView, RowView
from marketplace.imports.rules import FIELD_LABELS, HEADERS, Field, ImportStatus, Verdict
from marketplace.places.queries import regencies
from marketplace.stores.queries import stores_by_ids
from marketplace.web.access import current_actor, requires_all
from marketplace.web.language import explain
from marketplace.web.limits import limiter

bp = Blueprint("imports", __name__, url_prefix="/penjual/impor")
Page = str | Response | tuple[str, int]
UPLOADS = "20 per hour"
FILTERS = {"baru": Verdict.NEW, "diubah": Verdict.CHANGED, "sama": Verdict.SAME, "tidak-bisa": Verdict.BAD}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXAMPLE: list[Cell] = [
    "BKL-01",
    "Bakul Lontar",
    "Besar",
    45_000,
    10,
    400,
    "Anyaman",
    "Anyaman daun lontar dengan tutup.",
    "",
    "buah",
    "Kota Kupang",
]
EXPLAINED: dict[Field, str] = {
    Field.SKU: "Kode milik toko Anda. Boleh kosong; bila diisi, baris dikenali dari kode ini.",
    Field.NAME: "Wajib. Baris dengan nama yang sama menjadi varian dari satu produk.",
    Field.VARIANT: "Ukuran, warna, atau rasa. Kosongkan bila produk hanya satu macam.",
    Field.PRICE: "Rupiah, misalnya 15000 atau 15.000.",
    Field.STOCK: "Jumlah barang yang ada.",
    Field.WEIGHT: "Berat dengan kemasan, dalam gram. Boleh ditulis 1,5 kg.",
    Field.CATEGORY: "Salah satu dari lembar Pilihan.",
    Field.DESCRIPTION: "Penjelasan untuk pembeli.",
    Field.COMPOSITION: "Bahan, wajib untuk makanan dan minuman.",
    Field.UNIT: "Misalnya buah, lembar, bungkus.",
    Field.ORIGIN: "Kabupaten atau kota asal. Bila kosong: tempat toko Anda.",
}
SAID = {
    Verdict.NEW: _l("Baru"),
    Verdict.CHANGED: _l("Diubah"),
    Verdict.SAME: _l("Sama"),
    Verdict.BAD: _l("Tidak bisa"),
}


def _stores(actor: Actor) -> list[int]:
    return [store_id for store_id in actor.store_ids if can_import(actor, store_id)]


def _own(import_id: int) -> ImportView:
    return queries.import_view(import_id, _stores(current_actor()))


# --- handing in ------------------------------------------------------------


@bp.get("")
@requires_all(Right.PRODUCTS, Right.PRICES, Right.STOCK)
def index() -> str:
    """The form, the templates, and what was handed in lately."""
    return _show_index(_upload_form())


@bp.post("")
@requires_all(Right.PRODUCTS, Right.PRICES, Right.STOCK)
@limiter.limit(UPLOADS)
def upload() -> Page:
    """Look at a file and keep it; nothing goes in yet."""
    form = _upload_form()
    if not form.validate():
        return _show_index(form), 422
    file = form.file.data
    try:
        prepared = services.prepare(file.stream, file.filename or "", queries.remembered(form.store_id.data))
        with transaction():
            import_id = services.keep(current_actor(), form.store_id.data, prepared).id
    except Invalid as refusal:
        form.refuse(refusal)
        return _show_index(form), 422
    return _to(import_id)


def _upload_form() -> UploadForm:
    form = UploadForm()
    stores = stores_by_ids(_stores(current_actor()))
    form.store_id.choices = [(store.id, store.name) for store in stores.values()]
    if form.store_id.data is None and stores:
        form.store_id.data = next(iter(stores))
    return form


def _show_index(form: UploadForm) -> str:
    stores = stores_by_ids(_stores(current_actor()))
    recent = queries.recent(list(stores))
    return render_template("imports/index.html", form=form, stores=stores, recent=recent, words=_status_words())


def _status_words() -> dict[ImportStatus, str]:
    return {
        ImportStatus.MAPPING: _("Pilih kolom"),
        ImportStatus.CHECKING: _("Sedang diperiksa"),
        ImportStatus.CHECKED: _("Siap dimasukkan"),
        ImportStatus.APPLYING: _("Sedang dimasukkan"),
        ImportStatus.DONE: _("Selesai"),
        ImportStatus.REFUSED: _("Berhenti"),
    }


def _to(import_id: int) -> Response:
    return redirect(url_for("imports.show", import_id=import_id), 303)  # type: ignore[return-value]


# --- one import ------------------------------------------------------------


@bp.get("/<int:import_id>")
@requires_all(Right.PRODUCTS, Right.PRICES, Right.STOCK)
def show(import_id: int) -> str:
    """Where it stands: columns to match, progress, or what is said of every row."""
    view = _own(import_id)
    is_open = view.status in (ImportStatus.CHECKED, ImportStatus.REFUSED)
    if view.status is ImportStatus.MAPPING or (is_open and request.args.get("kolom")):
        return _show_columns(view)
    return _show_rows(view)


def _show_columns(view: ImportView, errors: list[str] | None = None, chosen: dict[str, str] | None = None) -> str:
    return render_template(
        "imports/columns.html",
        view=view,
        errors=errors or [],
        chosen=view.mapping if chosen is None else chosen,
        fields=[(field.value, label) for field, label in FIELD_LABELS.items()],
        groups=catalog.leaves(catalog.categories()),
    )


def _show_rows(view: ImportView) -> str:
    said = request.args.get("lihat", "")
    page = queries.row_page(view.id, FILTERS.get(said), request.args.get("setelah"))
    columns = {field: int(index) for index, field in view.mapping.items()}
    return render_template(
        "imports/rows.html",
        view=view,
        page=page,
        chosen=said if said in FILTERS else "",
        filters=[(name, SAID[verdict], view.counts[verdict]) for name, verdict in FILTERS.items()],
        labels={field.value: label for field, label in FIELD_LABELS.items()},
        columns=columns,
        said=SAID,
        why=_why,
        refused=explain(Refusal(view.refused)) if view.refused else "",
        status=_status_words()[view.status],
    )


def _why(row: RowView) -> str:
    """Why a row cannot go in, in the visitor's words."""
    values = {name: value for name, value in row.reason.items() if name != "id"}
    return explain(Refusal(row.reason["id"], **values)) if "id" in row.reason else ""


@bp.get("/<int:import_id>/kemajuan")
@requires_all(Right.PRODUCTS, Right.PRICES, Right.STOCK)
def progress(import_id: int) -> dict[str, object]:
    """How far the worker is, for the page that asks."""
    view = _own(import_id)
    part, whole = (view.done, view.good) if view.status is ImportStatus.APPLYING else (view.checked, view.total)
    return {"busy": view.is_busy, "part": part, "whole": whole}


@bp.post("/<int:import_id>/lembar")
@requires_all(Right.PRODUCTS, Right.PRICES, Right.STOCK)
def choose_sheet(import_id: int) -> Page:
    """Look at another sheet of the file, or below another header row."""
    view = _own(import_id)
    sheet = request.form.get("lembar", view.sheet)
    row = request.form.get("baris", "")
    if sheet not in view.sheets:
        raise NotFound("imports.not_found")
    try:
        remembered = queries.remembered(view.store_id)
        header_row = int(row) if row.isdecimal() and len(row) < 7 else 0
        found = services.peek(view.file_key, sheet, remembered, header_row)
        with transaction():
            services.choose_sheet(current_actor(), import_id, found)
    except Invalid as refusal:
        return _show_columns(view, [explain(refusal)]), 422
    return _to(import_id)


@bp.post("/<int:import_id>/kolom")
@requires_all(Right.PRODUCTS, Right.PRICES, Right.STOCK)
def choose_columns(import_id: int) -> Page:
    """Say what the columns mean, and begin the dry run."""
    view = _own(import_id)
    known = {field.value for field in Field}
    mapping = {
        str(index): said if (said := request.form.get(f"kolom-{index}", "")) in known else ""
        for index in range(len(view.header))
    }
    category = request.form.get("kategori", "")
    category_id = int(category) if category.isdecimal() and len(category) < 18 else None
    try:
        with transaction():
            services.choose_columns(current_actor(), import_id, mapping, category_id)
    except Invalid as refusal:
        return _show_columns(view, [explain(refusal)], mapping), 422
    return _to(import_id)


@bp.post("/<int:import_id>/masukkan")
@requires_all(Right.PRODUCTS, Right.PRICES, Right.STOCK)
def confirm(import_id: int) -> Page:
    """Let the good rows go in."""
    _own(import_id)
    try:
        with transaction():
            services.confirm(current_actor(), import_id)
    except Invalid as refusal:
        flash(explain(refusal), "error")
    return _to(import_id)


# --- sheets to take away ---------------------------------------------------


@bp.get("/<int:import_id>/perbaiki/<string:kind>")
@requires_all(Right.PRODUCTS, Right.PRICES, Right.STOCK)
def bad_rows(import_id: int, kind: str) -> Response:
    """The rows that cannot go in, as they were, with the reason behind and the cell at fault coloured."""
    view = _own(import_id)
    rows = queries.marked_rows(view.id)
    columns = {field: int(index) for index, field in view.mapping.items()}
    width = max([len(view.header), *(len(row.cells) for row in rows)])
    header = [*view.header, *[""] * (width - len(view.header)), _("Alasan")]
    lines = [[*row.cells, *[""] * (width - len(row.cells)), _why(row)] for row in rows]
    marks = {index: columns.get(row.field, width) for index, row in enumerate(rows)}
    content = to_csv([header, *lines]) if _known(kind) == "csv" else to_xlsx(header, lines, marks=marks)
    return _file(content, f"perbaiki-{view.id}.{kind}", kind)


@bp.get("/templat/<string:kind>")
@requires_all(Right.PRODUCTS, Right.PRICES, Right.STOCK)
def template(kind: str) -> Response:
    """An empty sheet with an example; the workbook explains its columns and lists what may be chosen."""
    leaves = [leaf.name for _, group in catalog.leaves(catalog.categories()) for leaf in group]
    places = [place.name for place in regencies()]
    length = max(len(leaves), len(places))
    more: dict[str, list[Sequence[str]]] = {
        "Penjelasan": [["Kolom", "Isi"], *([FIELD_LABELS[field], text] for field, text in EXPLAINED.items())],
        "Pilihan": [
            ["Kategori", "Asal"],
            *zip(leaves + [""] * (length - len(leaves)), places + [""] * (length - len(places)), strict=True),
        ],
    }
    content = to_csv([HEADERS, EXAMPLE]) if _known(kind) == "csv" else to_xlsx(HEADERS, [EXAMPLE], more=more)
    return _file(content, f"templat-produk.{kind}", kind)


@bp.get("/ekspor/<int:store_id>/<string:kind>")
@requires_all(Right.PRODUCTS, Right.PRICES, Right.STOCK)
@limiter.limit("60 per hour")
def export(store_id: int, kind: str) -> Response:
    """The whole catalogue of a shop; handed in again as it is, every row is the same."""
    if store_id not in _stores(current_actor()):
        raise NotFound("imports.not_found")
    rows = list(queries.catalogue_rows(store_id))
    content = to_csv([HEADERS, *rows]) if _known(kind) == "csv" else to_xlsx(HEADERS, rows)
    return _file(content, f"katalog.{kind}", kind)


def _known(kind: str) -> str:
    """A kind of file that is written here. Raises NotFound."""
    if kind not in ("csv", "xlsx"):
        raise NotFound("imports.not_found")
    return kind


def _file(content: bytes, name: str, kind: str) -> Response:
    answer = Response(content, mimetype="text/csv" if kind == "csv" else XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
