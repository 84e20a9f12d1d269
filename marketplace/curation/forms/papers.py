"""A type of certificate, and a rule about who needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.catalog.queries import CategoryTree
from marketplace.catalog.rules import GOODS_WORDS, LEVEL_WORDS, Goods, Level
from marketplace.catalog.services.needs import MOST_GRACE_DAYS, NeedDraft
from marketplace.certificates.rules import LONGEST_PATTERN, SCOPES, VALIDITIES, About, Scope, Validity
from marketplace.certificates.services.types import MOST_WARN_DAYS, MOST_YEARS
from marketplace.web.forms import BaseForm

DIGITS = {"inputmode": "numeric"}


class TypeForm(BaseForm):
    """What is known of a type of certificate."""

    label = StringField(_l("Nama"), validators=[InputRequired(_l("Isi namanya.")), Length(max=60)])
    issuer = StringField(_l("Penerbit"), validators=[InputRequired(_l("Isi penerbitnya.")), Length(max=120)])
    scope = SelectField(_l("Berlaku untuk"), choices=[(each.value, _l(words)) for each, words in SCOPES.items()])
    example = StringField(
        _l("Contoh nomor"),
        description=_l("Seperti tercetak di surat. Contoh ini harus cocok dengan bentuknya."),
        validators=[InputRequired(_l("Isi contohnya.")), Length(max=60)],
    )
    pattern = TextAreaField(
        _l("Bentuk nomor"),
        description=_l(
            "# satu angka, @ satu huruf, * angka atau huruf; #{13} berarti 13 angka, #{12-15} 12 sampai 15. "
            "[P-IRT ] di depan hanya dicetak. Spasi, titik, dan garis tidak dibandingkan. Satu bentuk tiap baris. "
            "Kosong: bebas, asal memuat angka."
        ),
        validators=[Optional(), Length(max=LONGEST_PATTERN)],
        render_kw={"rows": "3", "spellcheck": "false", "autocapitalize": "characters"},
    )
    form_words = StringField(
        _l("Bentuk dalam kata"),
        description=_l("Dibaca penjual bila nomornya keliru. Contoh: 13 angka."),
        validators=[Optional(), Length(max=120)],
    )
    prefixes = StringField(
        _l("Kata yang sering ikut tersalin"),
        description=_l("Dipisah koma. Contoh: SPP-IRT, Nomor."),
        validators=[Optional(), Length(max=200)],
    )
    register = StringField(
        _l("Alamat register"),
        description=_l("Tempat nomornya dicek, tanpa https://. Contoh: oss.go.id"),
        validators=[Optional(), Length(max=120)],
    )
    how_to_get = TextAreaField(
        _l("Cara mengurusnya"),
        description=_l("Dibaca penjual yang belum punya: di mana, berapa biayanya, berapa lama."),
        validators=[Optional(), Length(max=500)],
        render_kw={"rows": "3"},
    )
    validity = SelectField(_l("Masa berlaku"), choices=[(each.value, _l(words)) for each, words in VALIDITIES.items()])
    years = IntegerField(
        _l("Biasanya berapa tahun"), validators=[Optional(), NumberRange(1, MOST_YEARS)], render_kw=DIGITS
    )
    warn_days = IntegerField(
        _l("Diingatkan berapa hari sebelum habis"),
        validators=[InputRequired(_l("Isi angka bulat.")), NumberRange(0, MOST_WARN_DAYS)],
        render_kw=DIGITS,
    )
    is_public = BooleanField(_l("Boleh dilihat pembeli di halaman produk"))
    is_active = BooleanField(_l("Masih dipakai: bisa didaftarkan dan diminta"))
    version = HiddenField()

    @classmethod
    def of(cls, about: About) -> TypeForm:
        """The form as it shows a type."""
        return cls(formdata=None, data={**asdict(about), "prefixes": ", ".join(about.prefixes)})

    def about(self, code: str) -> About:
        """What was typed, once it is valid; `code` is empty for a new type."""
        return About(
            code=code,
            label=self.label.data or "",
            issuer=self.issuer.data or "",
            example=self.example.data or "",
            register=(self.register.data or "").removeprefix("https://").removeprefix("http://").strip("/"),
            pattern="\n".join((self.pattern.data or "").upper().split("\n")),
            form_words=self.form_words.data or "",
            prefixes=tuple(word.strip() for word in (self.prefixes.data or "").split(",") if word.strip()),
            how_to_get=self.how_to_get.data or "",
            scope=Scope(self.scope.data),
            validity=Validity(self.validity.data),
            years=self.years.data,
            warn_days=self.warn_days.data or 0,
            is_public=self.is_public.data,
            is_active=self.is_active.data,
            version=int(self.version.data) if (self.version.data or "").isdigit() else 1,
        )

    def differences(self, kept: About) -> list[str]:
        """What is kept otherwise than it was typed, field by field, in words."""
        mine, theirs = asdict(self.about(kept.code)), asdict(kept)
        return [
            f"{self[name].label.text}: {_plain(theirs[name])}"
            for name in mine
            if name in self and name != "version" and mine[name] != theirs[name]
        ]


class NeedForm(BaseForm):
    """Who needs the paper, how strictly, and from when."""

    category_id = SelectField(_l("Barang di kategori"), coerce=int)
    goods = SelectField(
        _l("Barang yang mana"), choices=[(each.value, _l(words)) for each, words in GOODS_WORDS.items()]
    )
    level = SelectField(_l("Seberapa wajib"), choices=[(each.value, _l(words)) for each, words in LEVEL_WORDS.items()])
    from_day = DateField(_l("Berlaku mulai (WITA)"), validators=[InputRequired(_l("Pilih tanggal."))])
    grace_days = IntegerField(
        _l("Tenggang bagi toko baru (hari)"),
        description=_l("Selama ini toko hanya diingatkan. 0: tanpa tenggang."),
        validators=[InputRequired(_l("Isi angka bulat.")), NumberRange(0, MOST_GRACE_DAYS)],
        render_kw=DIGITS,
    )
    also = SelectMultipleField(
        _l("Terpenuhi juga oleh"),
        validators=[Optional()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    basis = StringField(
        _l("Dasar"),
        description=_l("Aturan hukumnya; dibaca penjual. Contoh: PP 42/2024."),
        validators=[Optional(), Length(max=200)],
    )

    def offer(self, tree: CategoryTree, types: Mapping[str, About], about: About) -> None:
        """The categories, and the other types, to choose from."""
        self.category_id.choices = [(0, _l("Semua toko, apa pun barangnya"))]
        for top in tree.tops:
            self.category_id.choices.append((top.id, top.name))
            self.category_id.choices.extend((row.id, f"— {row.name}") for row in tree.below(top.id))
        self.also.choices = [(each.code, each.label) for each in types.values() if each.code != about.code]

    def draft(self) -> NeedDraft:
        """What was decided, once it is valid."""
        return NeedDraft(
            category_id=self.category_id.data or None,
            goods=Goods(self.goods.data),
            level=Level(self.level.data),
            from_day=self.from_day.data,
            also=tuple(self.also.data or ()),
            grace_days=self.grace_days.data or 0,
            basis=self.basis.data or "",
        )


class EndForm(BaseForm):
    """The last day of a rule."""

    until_day = DateField(_l("Hari terakhir"), validators=[InputRequired(_l("Pilih tanggal."))])


def _plain(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)
