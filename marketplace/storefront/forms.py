"""What may be asked of a listing, as it stands in the address."""

from __future__ import annotations

import re

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import Length

from marketplace.storefront.queries.choices import Choices
from marketplace.storefront.rules import Filters, Sort, words_of
from marketplace.web.filters import rupiah
from marketplace.web.forms import BaseForm, RupiahField, optional

REGION = re.compile(r"53(\.\d{2}){1,2}(\.\d{4})?")
SORTS = (
    (Sort.NEWEST.value, _l("Terbaru")),
    (Sort.CHEAPEST.value, _l("Termurah")),
    (Sort.DEAREST.value, _l("Termahal")),
)


class SearchForm(BaseForm):
    """A plain GET form. What cannot be understood is shown at its field and does not narrow the result."""

    class Meta(BaseForm.Meta):
        csrf = False

    q = StringField(_l("Cari"), validators=[Length(max=100, message=_l("Paling banyak 100 huruf."))])
    kategori = SelectField(_l("Kategori"), validate_choice=False)
    asal = SelectField(_l("Asal produk"), validate_choice=False)
    kelurahan = SelectField(_l("Lokasi toko"), validate_choice=False)
    harga_min = RupiahField(_l("Harga dari"), validators=optional())
    harga_maks = RupiahField(_l("Harga sampai"), validators=optional())
    terkurasi = BooleanField(_l("Hanya yang terkurasi"), false_values=("", "0"))
    halal = BooleanField(_l("Sembunyikan yang tidak halal"), false_values=("", "0"))
    urut = SelectField(_l("Urutkan"), choices=SORTS, default=Sort.NEWEST.value, validate_choice=False)

    def offer(self, choices: Choices) -> None:
        """Fill the lists."""
        self.kategori.choices = [
            ("", _l("Semua kategori")),
            *((found.slug, f"– {found.name}" if found.parent_id else found.name) for found in choices.all_categories()),
        ]
        self.asal.choices = [("", _l("Seluruh NTT")), *choices.regencies]
        self.kelurahan.choices = [("", _l("Semua lokasi")), *choices.villages]

    def filters(self, choices: Choices) -> Filters:
        """What is asked, without what could not be understood."""
        self.validate()
        category = choices.category(self.kategori.data or "")
        return Filters(
            words=words_of(self.q.data or "") if not self.q.errors else (),
            category_id=category.id if category else None,
            origin=_region(self.asal.data),
            village=_region(self.kelurahan.data),
            is_curated=self.terkurasi.data,
            is_halal=self.halal.data,
            price_min=_price(self.harga_min),
            price_max=_price(self.harga_maks),
        )

    def sort(self) -> Sort:
        """The order that is asked for, else the newest first."""
        return sort_of(self.urut.data)

    @property
    def narrowing(self) -> list[str]:
        """The names of the fields, besides the words and the order, that say something."""
        names = ("kategori", "asal", "kelurahan", "harga_min", "harga_maks", "terkurasi", "halal")
        return [name for name in names if self[name].data and not self[name].errors]

    def says(self, name: str) -> str:
        """A field that narrows, in words: 'Sumba Timur', 'Harga dari Rp10.000', 'Hanya yang terkurasi'."""
        field = self[name]
        if isinstance(field, RupiahField):
            return f"{field.label.text} {rupiah(field.data)}"
        if isinstance(field, SelectField):
            return str(dict(field.choices).get(field.data, field.data)).removeprefix("– ")
        return str(field.label.text)


def sort_of(value: str | None) -> Sort:
    """The order that a word in an address names; an unknown one means the newest first."""
    return Sort(value) if value in set(Sort) else Sort.NEWEST


def _region(code: str | None) -> str:
    return code if code and REGION.fullmatch(code) else ""


def _price(field: RupiahField) -> int | None:
    return field.data if not field.errors else None
