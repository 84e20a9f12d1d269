"""The blueprint, and what all pages of the operator share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _

from marketplace.admin.acts import ACTS

bp = Blueprint("admin", __name__, url_prefix="/admin")


def show(template: str, **values: Any) -> str:
    """A page of the operator's desk, with the menu beside it."""
    return render_template(f"admin/{template}.html", menu=_menu(), act_words=ACTS, **values)


def _menu() -> list[dict[str, str]]:
    parts = (
        ("admin.overview", _("Ikhtisar"), "layout-grid"),
        ("admin.orders_list", _("Pesanan"), "package"),
        ("admin.payments_list", _("Pembayaran"), "wallet"),
        ("admin.reconciliations", _("Pencocokan buku"), "clipboard-check"),
        ("admin.bank", _("Mutasi bank"), "landmark"),
        ("admin.payouts", _("Pencairan"), "banknote"),
        ("admin.vouchers", _("Voucher Gerakan"), "ticket"),
        ("admin.claims", _("Komplain"), "triangle-alert"),
        ("admin.reports", _("Pesan dilaporkan"), "message-circle"),
        ("admin.listing_reports", _("Produk dilaporkan"), "ban"),
        ("admin.people", _("Orang dan peran"), "users"),
        ("admin.settings_list", _("Pengaturan"), "settings"),
        ("admin.categories", _("Kategori"), "tag"),
        ("admin.points", _("Titik ambil"), "map-pin"),
        ("admin.couriers", _("Kurir"), "truck"),
        ("admin.rounds", _("Putaran"), "users"),
        ("admin.trail", _("Jejak tindakan"), "history"),
    )
    return [{"url": url_for(endpoint), "label": label, "icon": icon} for endpoint, label, icon in parts]
