"""Choosing a village through three chained selects, with or without script; a point on the map."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired, Length

from marketplace.places import queries
from marketplace.places.queries import RegionRow
from marketplace.places.rules import DISTRICT_LENGTH, REGENCY_LENGTH, Pin, pin
from marketplace.web.forms import optional


class RegionFields:
    """Mix into a form: regency, district and village, each offered below the one before.

    Call `choose_regions()` before the form is validated or shown. While `is_region_step()`, the visitor only asked
    for the next list: show the form again with what was typed, and validate nothing.
    """

    regency_code = SelectField(_l("Kabupaten/Kota"), validators=[InputRequired(_l("Pilih kabupaten atau kota."))])
    district_code = SelectField(_l("Kecamatan"), validators=[InputRequired(_l("Pilih kecamatan."))])
    village_code = SelectField(_l("Kelurahan/Desa"), validators=[InputRequired(_l("Pilih kelurahan atau desa."))])

    def choose_regions(self, default_village: str | None = None) -> None:
        """Fill the lists for what is chosen: what was sent, else the form's own village, else `default_village`."""
        self._keep_chain(default_village)
        regency, district = self.regency_code.data, self.district_code.data
        found = queries.choices(regency, district)
        self.regency_code.choices = _options(_l("Pilih kabupaten/kota"), found.regencies)
        self.district_code.choices = _options(_l("Pilih kecamatan"), found.districts)
        self.village_code.choices = _options(_l("Pilih kelurahan/desa"), found.villages)

    def is_region_step(self) -> bool:
        """Did the visitor ask for the next list only?"""
        return request.form.get("langkah") == "wilayah"

    def _keep_chain(self, default_village: str | None) -> None:
        """Let go of a district or village that does not lie in what is chosen above it."""
        village = self.village_code.data or ""
        if "regency_code" not in request.form:
            village = village or default_village or ""
            self.regency_code.data, self.district_code.data = village[:REGENCY_LENGTH], village[:DISTRICT_LENGTH]
        self.regency_code.data = self.regency_code.data or ""
        self.district_code.data = _inside(self.district_code.data, self.regency_code.data)
        self.village_code.data = _inside(village, self.district_code.data)


class PinFields:
    """Mix into a form: a point on the map, and whether everybody may see it. Its page loads js/locate.js."""

    pin = StringField(
        _l("Titik di peta"),
        description=_l("Misalnya: -10.1577, 123.6070. Boleh ditempel dari aplikasi peta, boleh kosong."),
        validators=[*optional(), Length(max=60)],
        render_kw={"autocomplete": "off", "data-pin": ""},
    )
    shows_pin = BooleanField(
        _l("Tampilkan titik ini di halaman toko"),
        description=_l("Pembeli bisa membuka titik ini di peta. Tanpa centang, pembeli hanya membaca alamatnya."),
    )

    def validate_pin(self, field: StringField) -> None:
        """Two numbers that lie around here."""
        if field.data and pin(field.data) is None:
            raise ValidationError(gettext("Tulis lintang dan bujur di NTT, misalnya -10.1577, 123.6070."))

    def point(self) -> Pin | None:
        """The point as typed, or None."""
        return pin(self.pin.data or "")

    def may_show_pin(self) -> bool:
        """There is a point, and she says that everybody may see it."""
        return bool(self.shows_pin.data) and self.point() is not None


def _inside(code: str | None, parent: str) -> str:
    return code if code and parent and code.startswith(f"{parent}.") else ""


def _options(prompt: Any, rows: list[RegionRow]) -> list[tuple[str, Any]]:
    return [("", prompt), *((row.code, row.name) for row in rows)]
