"""The seller's one screen: all about a product. Which fields it has follows what is typed: category, axes, values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from marketplace.catalog.queries import CategoryTree, leaves
from marketplace.catalog.rules import (
    ALLERGENS,
    HEAVIEST,
    MOST_DAYS,
    MOST_QUANTITY,
    MOST_STOCK,
    MOST_TIERS,
    MOST_VARIANTS,
    Attribute,
    AttributeKind,
    AttributeValue,
    Draft,
    Supply,
    SupplyDraft,
    Tier,
    VariantDraft,
    cell_key,
    cells_of,
    split_values,
)
from marketplace.desks.forms.products import GroupedSelect, WordsForm, whole
from marketplace.web.forms import RupiahField, add_error

NUMERIC = {"inputmode": "numeric", "autocomplete": "off"}
SUPPLIES = [
    (Supply.READY.value, _l("Stok siap kirim")),
    (Supply.TO_ORDER.value, _l("Dibuat sesuai pesanan")),
    (Supply.DAILY.value, _l("Dimasak setiap hari")),
]


def _number(label: Any, lowest: int, highest: int, **kwargs: Any) -> IntegerField:
    """A whole number that may stay empty."""
    bounds = NumberRange(lowest, highest, message=_l("Isi angka dari %(min)s sampai %(max)s."))
    return IntegerField(label, validators=[Optional(), bounds], render_kw=NUMERIC, **kwargs)


def _rupiah(label: Any) -> RupiahField:
    """An amount that may stay empty."""
    return RupiahField(label, minimum=1, validators=[Optional()])


class ScreenForm(WordsForm):
    """What every product is asked. `build` adds the answers of its category, its forms and its tiers."""

    store_id = SelectField(_l("Toko"), coerce=int)
    category_id = SelectField(_l("Kategori"), validators=[InputRequired(_l("Pilih kategori."))], widget=GroupedSelect())
    allergens = SelectMultipleField(
        _l("Mengandung alergen"),
        description=_l("Centang yang ada di dalamnya, juga bila hanya sedikit."),
        choices=list(ALLERGENS.items()),
        validators=[Optional()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    price = RupiahField(_l("Harga"), minimum=1)
    weight = whole(_l("Berat dengan kemasan"), HEAVIEST)
    on_hand = _number(_l("Stok"), 0, MOST_STOCK)
    seen_on_hand = IntegerField(widget=HiddenInput(), validators=[Optional()])
    min_quantity = _number(_l("Pembelian paling sedikit"), 1, MOST_QUANTITY)
    low_stock = _number(
        _l("Ingatkan bila stok tinggal"),
        0,
        MOST_STOCK,
        description=_l("Produk ditandai di daftar Anda bila sisanya segini."),
    )
    sku = StringField(
        _l("Kode barang (SKU)"),
        description=_l("Nomor Anda sendiri, bila ada."),
        validators=[Length(max=40)],
        render_kw={"autocomplete": "off"},
    )
    supply = RadioField(_l("Cara menyediakan"), choices=SUPPLIES, validators=[Optional()])
    lead_days = _number(_l("Lama membuat"), 1, MOST_DAYS)
    weekly_capacity = _number(
        _l("Sanggup per minggu"), 0, MOST_STOCK, description=_l("Kosongkan bila tidak ada batasnya.")
    )
    cutoff = StringField(
        _l("Pesan sebelum jam"),
        description=_l("Contoh: 10.00. Lewat jam ini pesanan hari itu ditutup. Kosong: sampai toko tutup."),
        validators=[Length(max=5)],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    axis_1 = StringField(_l("Yang dipilih pembeli"), validators=[Length(max=40)], render_kw={"autocomplete": "off"})
    values_1 = StringField(_l("Pilihannya"), validators=[Length(max=2000)], render_kw={"autocomplete": "off"})
    axis_2 = StringField(_l("Pilihan kedua"), validators=[Length(max=40)], render_kw={"autocomplete": "off"})
    values_2 = StringField(_l("Pilihannya"), validators=[Length(max=2000)], render_kw={"autocomplete": "off"})

    attributes: Sequence[Attribute] = ()
    options: Sequence[tuple[str, str]] = ()

    def offer_places(self, stores: Iterable[tuple[int, str]], tree: CategoryTree) -> None:
        """Fill the lists of stores and of categories."""
        self.store_id.choices = list(stores)
        self.category_id.choices = {top.name: [(str(row.id), row.name) for row in below] for top, below in leaves(tree)}

    @property
    def chosen_category(self) -> int:
        """The id of the category, 0 for none."""
        return category_in(self.category_id.data)

    @property
    def answer_fields(self) -> list[tuple[Attribute, Field]]:
        """What the category asks, each with its field."""
        return [(attribute, self[attribute.field]) for attribute in self.attributes]

    @property
    def tier_fields(self) -> list[tuple[Field, Field]]:
        return [(self[f"tier-{number}-from"], self[f"tier-{number}-price"]) for number in range(1, MOST_TIERS + 1)]

    @property
    def cells(self) -> list[Cell]:
        """The forms on the axes, in order; none for a product that is sold in one form."""
        return [Cell(self, options) for options in self.options]

    @property
    def said_supply(self) -> Supply:
        return Supply(self.supply.data) if self.supply.data in set(Supply) else Supply.READY

    @property
    def axes(self) -> tuple[str, str]:
        """The axes that are used."""
        first, second = self.axis_1.data or "", self.axis_2.data or ""
        return (first, second if split_values(self.values_2.data or "") else "") if self.options else ("", "")

    # --- what is wrong ------------------------------------------------------

    def validate(self, extra_validators: Any = None) -> bool:
        """Does all of it hold together? Adds words at the fields where it does not."""
        is_valid = super().validate(extra_validators)
        before = self._troubles()
        self._check_supply()
        self._check_axes()
        self._check_tiers()
        return is_valid and self._troubles() == before

    def _troubles(self) -> int:
        return sum(len(messages) for messages in self.errors.values())

    def _check_supply(self) -> None:
        supply = self.said_supply
        if supply is Supply.TO_ORDER and not self.lead_days.data and not self.lead_days.errors:
            add_error(self.lead_days, _("Isi berapa hari sejak dipesan sampai jadi."))
        if supply is Supply.DAILY and self.cutoff.data and minutes_in(self.cutoff.data) is None:
            add_error(self.cutoff, _("Tulis jam dari 00.00 sampai 24.00, misalnya 10.30."))
        if supply is Supply.READY and not self.options and self.on_hand.data is None and not self.on_hand.errors:
            add_error(self.on_hand, _("Isi berapa yang siap dijual; 0 bila belum ada."))

    def _check_axes(self) -> None:
        values = (split_values(self.values_1.data or ""), split_values(self.values_2.data or ""))
        for axis, own, given in ((self.axis_1, self.values_1, values[0]), (self.axis_2, self.values_2, values[1])):
            if axis.data and not given:
                add_error(own, _("Tulis pilihannya, dipisah koma."))
            if given and not axis.data:
                add_error(axis, _("Beri nama, misalnya Ukuran atau Warna."))
        if values[1] and not values[0]:
            add_error(self.values_1, _("Isi yang pertama lebih dulu."))
        if len(self.options) > MOST_VARIANTS:
            add_error(self.values_1, _("Terlalu banyak gabungan: paling banyak %(most)s.", most=MOST_VARIANTS))
        if self.options and all(cell.is_off for cell in self.cells):
            add_error(self.values_1, _("Setidaknya satu pilihan harus dijual."))

    def _check_tiers(self) -> None:
        for begins, price in self.tier_fields:
            if (begins.data is None) != (price.data is None) and not begins.errors and not price.errors:
                add_error(price if price.data is None else begins, _("Isi keduanya, atau kosongkan keduanya."))

    # --- what was said ------------------------------------------------------

    def said(self, pictures: Sequence[tuple[int, str]]) -> Draft:
        """The words with these pictures, answers and allergens."""
        words = self.draft(pictures)
        answers = {
            attribute.code: answer
            for attribute, field in self.answer_fields
            if (answer := _answer(attribute, field.data)) is not None
        }
        return Draft(**{**vars(words), "attributes": answers, "allergens": tuple(self.allergens.data or ())})

    def supply_draft(self) -> SupplyDraft:
        """How it is supplied, with what belongs to that way only."""
        supply = self.said_supply
        is_made = supply is Supply.TO_ORDER
        return SupplyDraft(
            supply=supply,
            lead_days=(self.lead_days.data or 0) if is_made else 0,
            weekly_capacity=(self.weekly_capacity.data or 0) if is_made else 0,
            cutoff_minutes=minutes_in(self.cutoff.data or "") if supply is Supply.DAILY else None,
            axes=self.axes,
        )

    def variants(self) -> list[VariantDraft]:
        """The forms that are on sale."""
        if not self.options:
            return [self._variant(self.price.data, self.on_hand.data, self.weight.data, self.sku.data)]
        return [cell.variant() for cell in self.cells if not cell.is_off]

    def _variant(self, price: int, on_hand: int | None, weight: int, sku: str | None, **more: Any) -> VariantDraft:
        tiers = [Tier(begins.data, cost.data) for begins, cost in self.tier_fields if begins.data and cost.data]
        return VariantDraft(
            price=price,
            on_hand=0 if self.said_supply is Supply.TO_ORDER else on_hand or 0,
            weight=weight,
            sku=sku or "",
            min_quantity=self.min_quantity.data or 1,
            tiers=tuple(sorted(tiers, key=lambda tier: tier.from_quantity)),
            low_stock=3 if self.low_stock.data is None else self.low_stock.data,
            **more,
        )


class Cell:
    """The fields of one form of the product: what is empty is as it stands above."""

    def __init__(self, form: ScreenForm, options: tuple[str, str]) -> None:
        self.form, self.options, self.key = form, options, cell_key(options)

    def __getitem__(self, part: str) -> Field:
        field: Field = self.form[f"cell-{self.key}-{part}"]
        return field

    @property
    def name(self) -> str:
        return " / ".join(option for option in self.options if option)

    @property
    def is_off(self) -> bool:
        return bool(self["is_off"].data)

    def variant(self) -> VariantDraft:
        form, weight = self.form, self["weight"].data
        return form._variant(
            self["price"].data or form.price.data,
            self["on_hand"].data,
            form.weight.data if weight is None else weight,
            self["sku"].data,
            options=self.options,
            picture_id=int(self["picture_id"].data) if self["picture_id"].data else None,
        )


def build(data: MultiDict[str, str], attributes: Sequence[Attribute], picture_ids: Sequence[int]) -> ScreenForm:
    """The screen for what was typed so far."""
    fields: dict[str, Any] = {"attributes": attributes, "options": ()}
    for attribute in attributes:
        fields[attribute.field] = _ask(attribute)
    for number in range(1, MOST_TIERS + 1):
        fields[f"tier-{number}-from"] = _number(_l("Mulai"), 2, MOST_QUANTITY)
        fields[f"tier-{number}-price"] = _rupiah(_l("Harga satuan"))
    if data.get("axis_1", "").strip() or data.get("values_1", "").strip():
        fields["options"] = cells_of(data.get("values_1", ""), data.get("values_2", ""))
    photos = [("", _l("Foto utama"))] + [
        (str(each), _l("Foto %(number)s", number=n)) for n, each in enumerate(picture_ids, 1)
    ]
    for options in fields["options"]:
        fields.update(_cell_fields(f"cell-{cell_key(options)}-", photos))
    form: ScreenForm = type("BuiltScreenForm", (ScreenForm,), fields)(formdata=data)
    return form


def _cell_fields(prefix: str, photos: list[tuple[str, Any]]) -> dict[str, Any]:
    return {
        f"{prefix}price": _rupiah(_l("Harga")),
        f"{prefix}on_hand": _number(_l("Stok"), 0, MOST_STOCK),
        f"{prefix}seen_on_hand": IntegerField(widget=HiddenInput(), validators=[Optional()]),
        f"{prefix}weight": _number(_l("Berat"), 0, HEAVIEST),
        f"{prefix}sku": StringField(
            _l("Kode barang (SKU)"), validators=[Length(max=40)], render_kw={"autocomplete": "off"}
        ),
        f"{prefix}picture_id": SelectField(_l("Foto"), choices=photos, validators=[Optional()]),
        f"{prefix}is_off": BooleanField(_l("Tidak dijual")),
    }


def _ask(attribute: Attribute) -> Field:
    """The field for a question of the category. Whether an answer is needed is for the service to say."""
    choices = [(choice, choice) for choice in attribute.choices]
    label = attribute.label
    if attribute.kind is AttributeKind.NUMBER:
        return _number(label, 0, 1_000_000)
    if attribute.kind is AttributeKind.CHOICE:
        return SelectField(label, choices=[("", _l("Pilih")), *choices], validators=[Optional()])
    if attribute.kind is AttributeKind.YES_NO:
        return SelectField(
            label, choices=[("", _l("Pilih")), ("ya", _l("Ya")), ("tidak", _l("Tidak"))], validators=[Optional()]
        )
    if attribute.kind is AttributeKind.CHOICES:
        return SelectMultipleField(
            label,
            choices=choices,
            validators=[Optional()],
            widget=ListWidget(prefix_label=False),
            option_widget=CheckboxInput(),
        )
    return StringField(label, validators=[Length(max=200)], render_kw={"autocomplete": "off"})


def _answer(attribute: Attribute, said: Any) -> AttributeValue | None:
    if attribute.kind is AttributeKind.YES_NO:
        return {"ya": True, "tidak": False}.get(said)
    return said or (0 if said == 0 and attribute.kind is AttributeKind.NUMBER else None)


def category_in(text: str | None) -> int:
    """The id in what was sent as a category, 0 for none."""
    chosen = (text or "").strip()
    return int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) < 19 else 0


def minutes_in(text: str) -> int | None:
    """Minutes after midnight in '10.30', '10:30' or '9'; None when it is no time of day or empty."""
    found = re.fullmatch(r"(\d{1,2})(?:[.:](\d{2}))?", text.strip(), re.ASCII)
    if found is None:
        return None
    hours, minutes = int(found[1]), int(found[2] or 0)
    total = hours * 60 + minutes
    return total if minutes < 60 and total <= 24 * 60 else None


def clock_of(minutes: int | None) -> str:
    """Minutes after midnight as they are typed: '10.30'; '' for None."""
    return "" if minutes is None else f"{minutes // 60:02}.{minutes % 60:02}"
