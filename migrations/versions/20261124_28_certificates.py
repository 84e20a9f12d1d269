"""Types of certificates, and which goods need which, become rows that Disperindag edits.

The fixed words of `certificates.kind`, the lists in `categories` and the setting `catalog.halal_blocks` move there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

from marketplace.core.db import BigId

revision = "28_certificates"
down_revision = "27_team"
branch_labels = None
depends_on = None

OSS, DINKES, BPOM, DJKI = (
    "OSS, Kementerian Investasi/BKPM",
    "Dinas Kesehatan kabupaten/kota",
    "Badan POM",
    "DJKI, Kementerian Hukum",
)
BPOM_WORDS = ["BPOM RI", "BPOM", "POM RI", "POM"]
HALAL_HOW = "Gratis lewat ptsp.halal.go.id untuk usaha mikro dan kecil dengan pendamping halal."
PIRT_HOW = "Lewat oss.go.id setelah punya NIB, lalu penyuluhan keamanan pangan dari Dinas Kesehatan."
SLHS_HOW = "Dari Dinas Kesehatan kabupaten atau kota, untuk dapur yang menjual makanan siap santap."
BPOM_HOW = "Daftar di e-reg.pom.go.id. Balai POM di Kupang mendampingi usaha mikro dan kecil."
BRAND_HOW = "Daftar di merek.dgip.go.id; ada tarif khusus untuk usaha mikro dan kecil."
# Domain reference, section 3: code, label, issuer, example, register, pattern, its words, prefixes, how to get it,
# scope, validity, years, is it public.
TYPES: tuple[tuple[Any, ...], ...] = (
    ("nib", "NIB", OSS, "1234567890123", "oss.go.id", "#{13}", "13 angka", ["NIB"],
     "Gratis di oss.go.id dengan KTP. Biasanya selesai hari itu juga.", "business", "open", None, True),
    ("npwp", "NPWP", "Direktorat Jenderal Pajak", "09.254.294.3-407.000", "pajak.go.id",
     "##.###.###.#-###.###\n#{16}", "15 angka, atau 16 angka (NIK)", ["NPWP"],
     "Gratis di coretaxdjp.pajak.go.id. Untuk perorangan, NIK adalah NPWP setelah dipadankan.",
     "business", "open", None, False),
    ("pirt", "P-IRT", DINKES, "P-IRT 2065371010001-29", "sppirt.pom.go.id", "[P-IRT ]#{13}-##", "15 angka",
     ["SPP-IRT", "Nomor", "No"], PIRT_HOW, "product", "date", 5, True),
    ("bpom_food", "BPOM pangan", BPOM, "MD 123456789012", "cekbpom.pom.go.id", "MD #{12-15}\nML #{12-15}",
     "MD atau ML dan 12 sampai 15 angka", BPOM_WORDS, BPOM_HOW, "product", "date", 5, True),
    ("bpom_cosmetic", "BPOM kosmetik", BPOM, "NA 12345678901", "cekbpom.pom.go.id", "NA #{11}",
     "NA dan 11 angka", BPOM_WORDS, BPOM_HOW, "product", "date", 3, True),
    ("bpom_traditional", "BPOM obat tradisional", BPOM, "TR 123456789", "cekbpom.pom.go.id", "TR #{9}",
     "TR dan 9 angka", BPOM_WORDS, BPOM_HOW, "product", "date", 5, True),
    ("halal", "Sertifikat halal", "BPJPH", "ID53110000012345678", "bpjph.halal.go.id", "ID#{17}",
     "ID dan 17 angka", [], HALAL_HOW, "product", "recipe", None, True),
    ("nkv", "NKV", "Dinas Peternakan provinsi", "NKV-RPH-5371001-010", "", "", "", [], "", "place", "paper", None, True),
    ("skp", "SKP perikanan", "Kementerian Kelautan dan Perikanan", "1234/53/SKP/BK/I/2026", "", "", "", [], "",
     "place", "paper", None, True),
    ("slhs", "SLHS", DINKES, "440/123/SLHS/2026", "", "", "", [], SLHS_HOW, "place", "paper", None, True),
    ("psat", "PSAT-PDUK", "Dinas Ketahanan Pangan kabupaten/kota", "PD 53.71.1.0001.01.26", "", "", "", [], "",
     "product", "paper", None, True),
    ("sni", "SNI", "Badan Standardisasi Nasional", "SNI 3553:2015", "bsn.go.id", "", "", [], "",
     "product", "paper", None, True),
    ("ig", "Indikasi geografis", DJKI, "IDG 000000123", "pdki-indonesia.dgip.go.id", "IDG #{9}", "IDG dan 9 angka",
     [], "", "product", "open", None, True),
    ("brand", "Merek", DJKI, "IDM 000123456", "pdki-indonesia.dgip.go.id", "IDM #{9}", "IDM dan 9 angka", [],
     BRAND_HOW, "product", "date", 10, True),
    ("tkdn", "TKDN-IK", "Kementerian Perindustrian", "1234/SJ-IND.8/TKDN/11/2026", "tkdn.kemenperin.go.id", "", "", [],
     "Usaha industri kecil menyatakan sendiri di siinas.kemenperin.go.id; gratis.", "product", "date", 5, True),
)  # fmt: skip
COLUMNS = (
    "code", "label", "issuer", "example", "register", "pattern", "form_words", "prefixes", "how_to_get", "scope",
    "validity", "years", "is_public",
)  # fmt: skip
OLD_KINDS = tuple(row[0] for row in TYPES if row[0] not in ("npwp", "tkdn"))
# A stronger or more fitting paper stands in for the one that a category usually asks for; fresh plant food is exempt
# from halal certification; of food eaten within days the kitchen's hygiene certificate speaks.
STANDS_IN = {
    "pirt": ["bpom_food", "bpom_cosmetic", "bpom_traditional", "psat"],
    "halal": ["psat"],
    "bpom_cosmetic": ["bpom_traditional"],
}
KITCHEN = ("bpom_food", "nkv", "skp")
BEGINNING = date(2026, 1, 1)
HALAL_FOOD, HALAL_COSMETIC = date(2026, 10, 18), date(2026, 10, 17)
BASES = {
    "nib": "PP 28/2025: setiap usaha memiliki NIB",
    "npwp": "Diperlukan untuk pembayaran dan penjualan ke kantor",
    "pirt": "Peraturan BPOM 4/2024",
    "bpom_food": "UU 18/2012, Peraturan BPOM 23/2023",
    "bpom_cosmetic": "Peraturan BPOM 21/2022",
    "halal": "UU 33/2014, PP 42/2024: usaha mikro dan kecil sejak Oktober 2026",
}
EVERY_SHOP = (("nib", "block", 90), ("npwp", "warn", 0))
SEAWEED = "rumput-laut-mentah"


def _type_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("label", sa.String(60), nullable=False),
        sa.Column("issuer", sa.String(120), nullable=False),
        sa.Column("example", sa.String(60), nullable=False),
        sa.Column("register", sa.String(120), nullable=False),
        sa.Column("pattern", sa.String(300), nullable=False),
        sa.Column("form_words", sa.String(120), nullable=False),
        sa.Column("prefixes", sa.JSON(), nullable=False),
        sa.Column("how_to_get", sa.Text(), nullable=False),
        sa.Column("scope", sa.String(40), nullable=False),
        sa.Column("validity", sa.String(40), nullable=False),
        sa.Column("years", BigId, nullable=True),
        sa.Column("warn_days", BigId, nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("position", BigId, nullable=False),
        sa.Column("version", BigId, nullable=False),
    ]


def _need_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", BigId, primary_key=True),
        sa.Column("kind", sa.String(40), sa.ForeignKey("certificate_types.code"), nullable=False),
        sa.Column("category_id", BigId, sa.ForeignKey("categories.id"), nullable=True),
        sa.Column("goods", sa.String(40), nullable=False),
        sa.Column("also", sa.JSON(), nullable=False),
        sa.Column("level", sa.String(40), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("grace_days", BigId, nullable=False),
        sa.Column("basis", sa.String(200), nullable=False),
    ]


def upgrade() -> None:
    types = op.create_table(
        "certificate_types",
        *_type_columns(),
        sa.CheckConstraint("scope IN ('business', 'place', 'product')", name="scope_known"),
        sa.CheckConstraint("validity IN ('open', 'date', 'paper', 'recipe', 'both')", name="validity_known"),
        sa.CheckConstraint("years IS NULL OR years BETWEEN 1 AND 50", name="years_sane"),
        sa.CheckConstraint("warn_days BETWEEN 0 AND 365", name="warn_days_sane"),
        sa.UniqueConstraint("label", name=op.f("uq_certificate_types_label")),
    )
    op.bulk_insert(
        types,
        [
            {
                **dict(zip(COLUMNS, row, strict=True)),
                "warn_days": 90,
                "is_active": True,
                "position": place,
                "version": 1,
            }
            for place, row in enumerate(TYPES, 1)
        ],
    )
    for table in ("certificates", "application_papers"):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"ck_{table}_kind_known"), type_="check")
            batch.create_foreign_key(
                op.f(f"fk_{table}_kind_certificate_types"), "certificate_types", ["kind"], ["code"]
            )
    needs = op.create_table(
        "certificate_needs",
        *_need_columns(),
        sa.CheckConstraint("goods IN ('all', 'lasting', 'perishable')", name="goods_known"),
        sa.CheckConstraint("level IN ('warn', 'block')", name="level_known"),
        sa.CheckConstraint("until_day IS NULL OR until_day >= from_day", name="ends_after_it_begins"),
        sa.CheckConstraint("grace_days BETWEEN 0 AND 1000", name="grace_sane"),
    )
    for column in ("kind", "category_id"):
        op.create_index(f"ix_certificate_needs_{column}", "certificate_needs", [column])
    op.bulk_insert(needs, [*_every_shop(), *_of_categories()])
    op.execute("DELETE FROM setting_values WHERE key = 'catalog.halal_blocks'")
    with op.batch_alter_table("categories") as batch:
        batch.drop_column("required")
        batch.drop_column("required_perishable")
    _add_seaweed()


def downgrade() -> None:
    with op.batch_alter_table("categories") as batch:
        batch.add_column(sa.Column("required", sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("required_perishable", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("categories") as batch:
        batch.alter_column("required", server_default=None)
        batch.alter_column("required_perishable", server_default=None)
    _put_back()
    op.drop_table("certificate_needs")
    # Papers of types that there were not cannot stay.
    known = ", ".join(f"'{kind}'" for kind in OLD_KINDS)
    new = f"SELECT id FROM certificates WHERE kind NOT IN ({known})"
    op.execute(f"DELETE FROM revision_certificates WHERE certificate_id IN ({new})")
    for table in ("certificates", "application_papers"):
        op.execute(f"DELETE FROM {table} WHERE kind NOT IN ({known})")
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"fk_{table}_kind_certificate_types"), type_="foreignkey")
            batch.create_check_constraint("kind_known", f"kind IN ({known})")
    op.drop_table("certificate_types")


def _every_shop() -> Iterator[dict[str, Any]]:
    for kind, level, grace in EVERY_SHOP:
        yield _need(kind, None, "all", level, grace_days=grace)


def _of_categories() -> Iterator[dict[str, Any]]:
    """A rule for each paper in the lists; one that all children of a top category share becomes the top's."""
    connection = op.get_bind()
    blocks = connection.scalar(
        sa.text("SELECT value FROM setting_values WHERE key = 'catalog.halal_blocks' ORDER BY valid_from DESC LIMIT 1")
    )
    level_of_halal = "warn" if blocks == 0 else "block"
    query = "SELECT id, parent_id, required, required_perishable FROM categories ORDER BY position, id"
    rows = connection.execute(sa.text(query)).all()
    wanted = {row.id: _rules(_read(row.required), _read(row.required_perishable), level_of_halal) for row in rows}
    for row in rows:
        children = [wanted[child.id] for child in rows if child.parent_id == row.id]
        shared = [rule for rule in children[0] if all(rule in other for other in children)] if children else []
        for child in children:
            child[:] = [rule for rule in child if rule not in shared]
        wanted[row.id] += shared
    for row in rows:
        yield from ({**rule, "category_id": row.id} for rule in wanted[row.id])


def _rules(lasting: list[str], perishable: list[str], level_of_halal: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for kind in dict.fromkeys((*lasting, *perishable)):
        groups = [goods for goods, kinds in (("lasting", lasting), ("perishable", perishable)) if kind in kinds]
        level = level_of_halal if kind == "halal" else "block"
        is_cosmetic = "bpom_cosmetic" in (*lasting, *perishable)
        rules = [_need(kind, None, goods, level, is_cosmetic=is_cosmetic) for goods in groups]
        same = len(rules) == 2 and rules[0]["also"] == rules[1]["also"]
        found += [{**rules[0], "goods": "all"}] if same else rules
    return found


def _need(
    kind: str, category_id: int | None, goods: str, level: str, *, grace_days: int = 0, is_cosmetic: bool = False
) -> dict[str, Any]:
    kitchen = ["slhs"] if goods == "perishable" and kind in KITCHEN else []
    halal_day = HALAL_COSMETIC if is_cosmetic else HALAL_FOOD
    return {
        "kind": kind,
        "category_id": category_id,
        "goods": goods,
        "also": [*STANDS_IN.get(kind, []), *kitchen],
        "level": level,
        "from_day": halal_day if kind == "halal" else BEGINNING,
        "until_day": None,
        "grace_days": grace_days,
        "basis": BASES.get(kind, ""),
    }


def _add_seaweed() -> None:
    """Raw material needs no permit of its own: it gets a leaf among the harvests."""
    categories = _categories()
    connection = op.get_bind()
    top = connection.scalar(sa.select(categories.c.id).where(categories.c.slug == "hasil-kebun"))
    known = connection.scalar(sa.select(categories.c.id).where(categories.c.slug == SEAWEED))
    if top is None or known is not None:
        return
    last = connection.scalar(sa.select(sa.func.max(categories.c.position)).where(categories.c.parent_id == top))
    row = {"slug": SEAWEED, "name": "Rumput laut & bahan mentah", "parent_id": top, "position": (last or 0) + 1}
    connection.execute(categories.insert().values(**row, is_food=True, is_active=True))


def _put_back() -> None:
    """Today's rules as the lists they were; the leaf for raw material stays, as goods may lie in it."""
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, parent_id FROM categories")).all()
    below: dict[int, list[int]] = {row.id: [] for row in rows}
    for row in rows:
        if row.parent_id is not None:
            below[row.parent_id].append(row.id)
    query = "SELECT kind, category_id, goods FROM certificate_needs WHERE category_id IS NOT NULL AND until_day IS NULL"
    found: dict[int, dict[str, list[str]]] = {}
    for kind, category_id, goods in connection.execute(sa.text(f"{query} ORDER BY id")):
        for leaf in below[category_id] or [category_id] if kind in OLD_KINDS else []:
            lists = found.setdefault(leaf, {"required": [], "required_perishable": []})
            for name, word in (("required", "lasting"), ("required_perishable", "perishable")):
                if goods in (word, "all") and kind not in lists[name]:
                    lists[name].append(kind)
    categories = sa.table(
        "categories", sa.column("id"), sa.column("required", sa.JSON()), sa.column("required_perishable", sa.JSON())
    )
    for leaf, lists in found.items():
        connection.execute(categories.update().where(categories.c.id == leaf).values(**lists))


def _categories() -> sa.TableClause:
    names = ("id", "slug", "name", "parent_id", "position", "is_food", "is_active")
    return sa.table("categories", *(sa.column(name) for name in names))


def _read(value: Any) -> list[str]:
    """A JSON list, which SQLite gives as text."""
    return list(json.loads(value) if isinstance(value, str) else value)
