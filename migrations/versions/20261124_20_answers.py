"""What is asked about goods of each category, and what order lines say of allergens and of longer names."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20_answers"
down_revision = "19_order_desk"
branch_labels = None
depends_on = None

TECHNIQUES = ["Ikat lungsi", "Ikat pakan", "Songket (lotis, sotis)", "Buna", "Pahikung", "Sulam", "Tenun polos"]
DYES = ["Pewarna alam", "Pewarna sintetis", "Campuran"]
STORAGE = ["Suhu ruang", "Kulkas (0–5 °C)", "Beku (−18 °C)"]

# category: code, label, kind, unit, choices, is it required. A buyer of cloth cannot do without its technique: woven,
# printed and machine-made cloth look alike in a picture.
ASKED: dict[str, list[tuple[str, str, str, str, list[str], bool]]] = {
    "tenun-fesyen": [
        ("teknik", "Teknik", "choice", "", TECHNIQUES, False),
        ("motif", "Motif", "text", "", [], False),
        ("asal-motif", "Asal motif", "text", "", [], False),
        ("pewarna", "Pewarna", "choice", "", DYES, False),
        ("benang", "Benang", "choice", "", ["Kapas pintal tangan", "Benang toko", "Sutra", "Rayon"], False),
    ],
    "kain-tenun-lembaran": [
        ("teknik", "Teknik", "choice", "", TECHNIQUES, True),
        ("panjang", "Panjang", "number", "cm", [], False),
        ("lebar", "Lebar", "number", "cm", [], False),
    ],
    "selendang-syal": [
        ("panjang", "Panjang", "number", "cm", [], False),
        ("lebar", "Lebar", "number", "cm", [], False),
    ],
    "makanan-olahan": [
        ("berat-bersih", "Berat bersih", "number", "g", [], False),
        ("masa-simpan", "Masa simpan", "number", "hari", [], False),
        ("cara-simpan", "Cara simpan", "choice", "", STORAGE, False),
        ("rasa", "Rasa", "text", "", [], False),
    ],
    "minuman": [
        ("isi-bersih", "Isi bersih", "text", "", [], False),
        ("masa-simpan", "Masa simpan", "number", "hari", [], False),
        ("cara-simpan", "Cara simpan", "choice", "", STORAGE, False),
    ],
    "kopi": [
        ("jenis-kopi", "Jenis kopi", "choices", "", ["Arabika", "Robusta", "Juria", "Liberika"], False),
        ("proses", "Proses", "choice", "", ["Basah", "Kering (natural)", "Madu (honey)", "Giling basah"], False),
        ("sangrai", "Tingkat sangrai", "choice", "", ["Terang", "Sedang", "Gelap"], False),
        ("ketinggian", "Ketinggian kebun", "number", "m", [], False),
    ],
    "gula-madu-minyak": [
        ("isi-bersih", "Isi bersih", "text", "", [], False),
        ("masa-simpan", "Masa simpan", "number", "hari", [], False),
        ("cara-simpan", "Cara simpan", "choice", "", STORAGE, False),
    ],
    "hasil-kebun": [
        ("berat-bersih", "Berat bersih", "number", "g", [], False),
        ("organik", "Ditanam tanpa pestisida", "yes_no", "", [], False),
        ("cara-simpan", "Cara simpan", "choice", "", STORAGE, False),
    ],
    "kerajinan": [
        ("bahan", "Bahan", "text", "", [], False),
        ("ukuran", "Ukuran", "text", "", [], False),
        ("perawatan", "Cara merawat", "text", "", [], False),
    ],
    "kecantikan-perawatan": [
        ("isi-bersih", "Isi bersih", "text", "", [], False),
        ("jenis-kulit", "Untuk kulit", "choices", "", ["Normal", "Kering", "Berminyak", "Sensitif"], False),
        ("masa-pakai", "Masa pakai setelah dibuka", "number", "bulan", [], False),
    ],
}


def upgrade() -> None:
    with op.batch_alter_table("order_lines") as lines:
        lines.add_column(sa.Column("allergens", sa.JSON(), nullable=False, server_default="[]"))
        lines.alter_column("variant_name", type_=sa.String(130))
    _ask()


def _ask() -> None:
    connection = op.get_bind()
    categories = sa.table("categories", sa.column("id"), sa.column("slug"))
    attributes = sa.table(
        "category_attributes",
        sa.column("category_id"),
        sa.column("code"),
        sa.column("label"),
        sa.column("kind"),
        sa.column("unit"),
        sa.column("choices", sa.JSON()),
        sa.column("is_required"),
        sa.column("is_active", sa.Boolean()),
        sa.column("position"),
    )
    ids = {row.slug: row.id for row in connection.execute(sa.select(categories.c.id, categories.c.slug))}
    rows = [
        {
            "category_id": ids[slug],
            "code": code,
            "label": label,
            "kind": kind,
            "unit": unit,
            "choices": choices,
            "is_required": is_required,
            "is_active": True,
            "position": position,
        }
        for slug, asked in ASKED.items()
        if slug in ids
        for position, (code, label, kind, unit, choices, is_required) in enumerate(asked, 1)
    ]
    connection.execute(sa.insert(attributes), rows)


def downgrade() -> None:
    op.execute("DELETE FROM category_attributes")
    with op.batch_alter_table("order_lines") as lines:
        lines.drop_column("allergens")
        lines.alter_column("variant_name", type_=sa.String(80))
