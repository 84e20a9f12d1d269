"""What a seller says about a product, its forms and its stock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from markupsafe import Markup, escape
from wtforms import (
    BooleanField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget, Select

from marketplace.catalog.rules import HEAVIEST, MOST_STOCK, Draft, VariantDraft, alt_of
from marketplace.web.forms import BaseForm, RupiahField

WHOLE = _l("Isi angka bulat, tanpa koma.")


class GroupedSelect(Select):
    """A list in groups that begins with nothing chosen."""

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        html = super().__call__(field, **kwargs)
        nothing = Markup('><option value="">{}</option>').format(escape(_l("Pilih")))
        return Markup(str(html).replace(">", str(nothing), 1))  # noqa: S704  (both parts are escaped already)


def whole(label: Any, highest: int, **kwargs: Any) -> IntegerField:
    """A whole number from 0 on."""
    bounds = NumberRange(0, highest, message=_l("Isi angka dari 0 sampai %(max)s."))
    required = InputRequired(WHOLE)
    return IntegerField(label, validators=[required, bounds], render_kw={"inputmode": "numeric"}, **kwargs)


class WordsForm(BaseForm):
    """What the curators look at: words, pictures, papers."""

    pictures = MultipleFileField(
        _l("Tambah foto"),
        description=_l("JPEG, PNG, atau WebP, paling besar 12 MB. Boleh beberapa sekaligus."),
        render_kw={"accept": "image/jpeg,image/png,image/webp"},
    )
    name = StringField(
        _l("Nama produk"),
        description=_l("Jenis, rasa atau motif, dan ukuran. Contoh: Keripik Pisang Cokelat 200 g."),
        validators=[InputRequired(_l("Isi nama produk.")), Length(max=140)],
        render_kw={"autocomplete": "off"},
    )
    description = TextAreaField(
        _l("Keterangan"),
        description=_l("Apa istimewanya, siapa yang membuat, cara menyimpan dan memakainya."),
        validators=[Length(max=4000)],
        render_kw={"rows": "5"},
    )
    composition = TextAreaField(
        _l("Komposisi atau bahan"),
        description=_l("Wajib untuk makanan, minuman, dan kosmetik olahan."),
        validators=[Length(max=2000)],
        render_kw={"rows": "3"},
    )
    unit = StringField(
        _l("Satuan"),
        description=_l("Contoh: bungkus, botol, lembar."),
        validators=[Length(max=30)],
        render_kw={"autocomplete": "off"},
    )
    origin_code = SelectField(
        _l("Asal"), validators=[InputRequired(_l("Pilih kabupaten atau kota asal."))], widget=GroupedSelect()
    )
    is_not_halal = BooleanField(
        _l("Tidak halal"), description=_l("Produk diberi label TIDAK HALAL dan tidak perlu sertifikat halal.")
    )
    is_perishable = BooleanField(
        _l("Mudah rusak"), description=_l("Harus dingin atau habis dalam 7 hari. Hanya diambil atau diantar dekat.")
    )
    certificate_ids = SelectMultipleField(
        _l("Sertifikat untuk produk ini"),
        coerce=int,
        validators=[Optional()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def offer(self, origins: Iterable[tuple[str, str]], certificates: Iterable[tuple[int, str]]) -> None:
        """Fill the lists to choose from."""
        self.origin_code.choices = list(origins)
        self.certificate_ids.choices = list(certificates)

    def draft(self, pictures: Sequence[tuple[int, str]]) -> Draft:
        """What was typed, with these pictures: media id and description. Where it is empty, the name describes it."""
        name = str(self.name.data)
        described = [(media_id, alt or alt_of(name, number)) for number, (media_id, alt) in enumerate(pictures, 1)]
        return Draft(
            name=name,
            origin_code=str(self.origin_code.data),
            description=self.description.data or "",
            composition=self.composition.data or "",
            unit=self.unit.data or "",
            is_not_halal=bool(self.is_not_halal.data),
            is_perishable=bool(self.is_perishable.data),
            picture_ids=tuple(described),
            certificate_ids=tuple(self.certificate_ids.data or ()),
        )


class VariantForm(BaseForm):
    """A form in which a product is sold; every part of it may change at any time."""

    name = StringField(
        _l("Nama varian"),
        description=_l("Ukuran, warna, atau rasa. Boleh kosong bila hanya satu."),
        validators=[Length(max=80)],
        render_kw={"autocomplete": "off"},
    )
    price = RupiahField(_l("Harga"), minimum=1)
    weight = whole(_l("Berat dengan kemasan"), HEAVIEST)
    on_hand = whole(_l("Stok"), MOST_STOCK)
    seen_on_hand = IntegerField(widget=HiddenInput(), validators=[Optional()])

    def draft(self) -> VariantDraft:
        return VariantDraft(
            price=self.price.data, on_hand=self.on_hand.data, weight=self.weight.data, name=self.name.data or ""
        )
