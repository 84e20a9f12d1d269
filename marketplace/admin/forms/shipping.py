"""Pick-up points, courier services, their rates and fees, as the operator writes them down."""

from __future__ import annotations

from dataclasses import replace

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from marketplace.admin.words import POINT_KINDS, SERVES
from marketplace.places.forms import RegionFields
from marketplace.places.queries import RegionRow
from marketplace.shipping.rules import (
    HEAVIEST_KG,
    LARGEST_LOCAL_FEE,
    LARGEST_PRICE_PER_KG,
    MOST_DAYS,
    MOST_LOCAL_DAYS,
    WHOLE_PROVINCE,
    CourierKind,
    PointKind,
    Serves,
)
from marketplace.shipping.services.local import FeeDraft
from marketplace.shipping.services.points import PointDraft
from marketplace.shipping.services.post import CourierDraft, RateDraft
from marketplace.web.forms import BaseForm, RupiahField

DIGITS = {"inputmode": "numeric", "autocomplete": "off"}


class PointForm(RegionFields, BaseForm):
    """A house where goods wait for their buyers."""

    name = StringField(
        _l("Nama titik ambil"),
        description=_l("Seperti dibaca pembeli. Contoh: Kantor Lurah Fatululi."),
        validators=[InputRequired(_l("Isi namanya.")), Length(max=120)],
    )
    kind = SelectField(_l("Jenis tempat"), choices=[(kind.value, words) for kind, words in POINT_KINDS.items()])
    address = StringField(_l("Alamat"), validators=[InputRequired(_l("Isi alamatnya.")), Length(max=160)])
    hours = StringField(
        _l("Kapan bisa diambil"),
        description=_l("Contoh: Senin–Jumat, 08.00–15.00."),
        validators=[Optional(), Length(max=100)],
    )
    serves = SelectField(_l("Toko mana"), choices=[(each.value, words) for each, words in SERVES.items()])
    is_open = BooleanField(_l("Titik ini buka"), description=_l("Pesanan yang sudah ada tetap berjalan."))

    def draft(self) -> PointDraft:
        """What was decided, once it is valid."""
        return PointDraft(
            name=" ".join((self.name.data or "").split()),
            kind=PointKind(self.kind.data),
            address=" ".join((self.address.data or "").split()),
            village_code=str(self.village_code.data),
            hours=self.hours.data or "",
            serves=Serves(self.serves.data),
            is_open=bool(self.is_open.data),
        )


class CourierForm(BaseForm):
    """A courier service of either kind."""

    kind: CourierKind

    name = StringField(
        _l("Nama layanan"),
        description=_l("Seperti dibaca pembeli."),
        validators=[InputRequired(_l("Isi namanya.")), Length(max=80)],
    )
    most_kg = IntegerField(
        _l("Paket terberat (kg)"),
        validators=[InputRequired(_l("Isi angka bulat.")), NumberRange(1, HEAVIEST_KG, _l("Isi 1 sampai 1000."))],
        render_kw=DIGITS,
    )
    tracking_url = StringField(
        _l("Halaman lacak paket"),
        description=_l("Alamat https dengan {nomor} di tempat nomor resi. Boleh kosong."),
        validators=[Optional(), Length(max=200)],
        render_kw={"inputmode": "url", "autocomplete": "off"},
    )
    is_active = BooleanField(_l("Layanan ini dipakai"))

    def draft(self) -> CourierDraft:
        """What was decided, once it is valid."""
        return CourierDraft(
            name=" ".join((self.name.data or "").split()),
            tolerance=0,
            most_kg=self.most_kg.data or 0,
            tracking_url=(self.tracking_url.data or "").strip(),
            is_active=bool(self.is_active.data),
            kind=self.kind,
        )


class PostForm(CourierForm):
    """A service of the post, and how it counts weight."""

    kind = CourierKind.POST

    tolerance = IntegerField(
        _l("Toleransi berat (gram)"),
        description=_l("Berat dibulatkan ke kilogram berikutnya bila lewat sebanyak ini. Contoh JNE: 300."),
        validators=[InputRequired(_l("Isi angka bulat.")), NumberRange(0, 999, _l("Isi 0 sampai 999."))],
        render_kw=DIGITS,
    )

    def draft(self) -> CourierDraft:
        """What was decided, once it is valid."""
        return replace(super().draft(), tolerance=self.tolerance.data or 0)


class LocalForm(CourierForm):
    """A local courier, which asks the same whatever a parcel weighs."""

    kind = CourierKind.LOCAL


FORMS: dict[CourierKind, type[CourierForm]] = {CourierKind.POST: PostForm, CourierKind.LOCAL: LocalForm}


class RateForm(BaseForm):
    """A rate that holds from a day on."""

    from_regency = SelectField(_l("Dari"))
    to_code = SelectField(_l("Ke"))
    price_per_kg = RupiahField(
        _l("Ongkos tiap kg"), validators=[InputRequired(_l("Isi angka bulat.")), NumberRange(0, LARGEST_PRICE_PER_KG)]
    )
    minimum_kg = IntegerField(
        _l("Paling sedikit dihitung (kg)"),
        default=1,
        validators=[InputRequired(_l("Isi angka bulat.")), NumberRange(1, HEAVIEST_KG, _l("Isi 1 sampai 1000."))],
        render_kw=DIGITS,
    )
    days_from = IntegerField(
        _l("Tiba paling cepat (hari)"),
        validators=[InputRequired(_l("Isi angka bulat.")), NumberRange(0, MOST_DAYS, _l("Isi 0 sampai 90."))],
        render_kw=DIGITS,
    )
    days_to = IntegerField(
        _l("Tiba paling lambat (hari)"),
        validators=[InputRequired(_l("Isi angka bulat.")), NumberRange(0, MOST_DAYS, _l("Isi 0 sampai 90."))],
        render_kw=DIGITS,
    )
    from_day = DateField(_l("Berlaku mulai tanggal (WITA)"), validators=[InputRequired(_l("Pilih tanggal."))])

    def offer(self, regencies: list[RegionRow]) -> None:
        """The regencies to choose from."""
        known = [(row.code, row.name) for row in regencies]
        self.from_regency.choices = list(known)
        self.to_code.choices = [(WHOLE_PROVINCE, _l("Seluruh NTT")), *known]

    def draft(self) -> RateDraft:
        """What was decided, once it is valid."""
        return RateDraft(
            from_regency=self.from_regency.data,
            to_code=self.to_code.data,
            price_per_kg=self.price_per_kg.data or 0,
            minimum_kg=self.minimum_kg.data or 0,
            days_from=self.days_from.data or 0,
            days_to=self.days_to.data or 0,
            from_day=self.from_day.data,
        )


class FeeForm(BaseForm):
    """A local courier's fee for a zone, from a day on."""

    from_code = SelectField(_l("Dari toko di"))
    to_code = SelectField(
        _l("Ke alamat di"),
        description=_l("Kecamatan, atau satu kelurahan/desa di dalamnya."),
        validators=[InputRequired(_l("Pilih kecamatan atau kelurahan/desa."))],
    )
    fee = RupiahField(
        _l("Ongkos tiap paket"),
        validators=[
            InputRequired(_l("Isi angka bulat.")),
            NumberRange(0, LARGEST_LOCAL_FEE, _l("Paling banyak Rp200.000.")),
        ],
    )
    days = IntegerField(
        _l("Tiba paling lambat (hari)"),
        description=_l("0: hari yang sama, jadi boleh membawa barang yang mudah rusak."),
        validators=[InputRequired(_l("Isi angka bulat.")), NumberRange(0, MOST_LOCAL_DAYS, _l("Isi 0 sampai 7."))],
        render_kw=DIGITS,
    )
    from_day = DateField(_l("Berlaku mulai tanggal (WITA)"), validators=[InputRequired(_l("Pilih tanggal."))])

    def offer(self, regency: RegionRow, districts: list[tuple[RegionRow, list[RegionRow]]]) -> None:
        """The parts of a regency to choose from: a shop lies in a district or anywhere, a zone is no larger."""
        inside = [(row.code, _l("Kecamatan %(name)s", name=row.name)) for row, _ in districts]
        self.from_code.choices = [(regency.code, _l("Seluruh %(name)s", name=regency.name)), *inside]
        self.to_code.choices = {_l("Pilih kecamatan atau kelurahan/desa"): [("", "–")]} | {
            words: [(code, words), *((village.code, village.name) for village in villages)]
            for (code, words), (_, villages) in zip(inside, districts, strict=True)
        }

    def draft(self) -> FeeDraft:
        """What was decided, once it is valid."""
        return FeeDraft(
            from_code=self.from_code.data,
            to_code=self.to_code.data,
            fee=self.fee.data or 0,
            days=self.days.data or 0,
            from_day=self.from_day.data,
        )
