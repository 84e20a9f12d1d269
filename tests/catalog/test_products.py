"""Products: put up, said anew, put live, hidden."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog import queries
from marketplace.catalog.handlers import refresh_search
from marketplace.catalog.models import Product, ProductRevision, Variant
from marketplace.catalog.rules import Draft, ProductStatus, VariantDraft
from marketplace.catalog.services import products, variants
from marketplace.certificates.models import Certificate
from marketplace.core import audit, revision
from marketplace.core.actor import GUEST, SYSTEM
from marketplace.core.clock import now
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed, NotFound
from marketplace.media.models import MediaFile
from marketplace.media.rules import FileKind
from marketplace.stores.events import StoreChanged
from marketplace.stores.models import Store
from tests import make
from tests.catalog.people import shop

FORM = [VariantDraft(price=50_000, on_hand=3)]


def _create(store_id: int, draft: Draft, category: str = "anyaman", actor: object = SYSTEM) -> int:
    with transaction():
        return products.create(actor, store_id, make.category_id(category), draft, FORM).id  # type: ignore[arg-type]


def _picture(db: SQLAlchemy, owner_id: int | None, kind: FileKind = FileKind.PICTURE) -> int:
    with transaction():
        number = db.session.scalar(sa.select(sa.func.count()).select_from(MediaFile)) or 0
        row = MediaFile(key=f"{number:032x}", kind=kind, size=1, width=320, height=320, owner_id=owner_id)
        row.created_at = now()
        db.session.add(row)
        db.session.flush()
        return row.id


def _certificate(db: SQLAlchemy, store_id: int, kind: str = "pirt") -> int:
    with transaction():
        row = Certificate(store_id=store_id, kind=kind, number="2065371010001-29", created_at=now())
        db.session.add(row)
        db.session.flush()
        return row.id


def _refused(store_id: int, draft: Draft, category: str = "anyaman", actor: object = SYSTEM) -> tuple[str, str]:
    with pytest.raises(Invalid) as refused:
        _create(store_id, draft, category, actor)
    return refused.value.message_id, refused.value.field


# --- creating --------------------------------------------------------------


def test_goods_that_need_no_papers_are_public_at_once(db: SQLAlchemy) -> None:
    before = revision.current()
    product_id = _create(shop().id, make.draft("Bakul Lontar Se'i"))
    product = queries.product_by_slug("bakul-lontar-sei")
    assert product.id == product_id
    assert product.published_at is not None
    assert product.curated_at is None
    assert (product.price_from, product.price_to) == (50_000, 50_000)
    assert revision.current() > before


def test_goods_that_need_papers_wait(db: SQLAlchemy) -> None:
    product_id = _create(shop().id, make.draft("Keripik Pisang"), "camilan")
    assert queries.product(product_id).live_revision_id is None
    with pytest.raises(NotFound):
        queries.product_by_slug("keripik-pisang")


def test_not_halal_food_of_the_day_needs_no_papers(db: SQLAlchemy) -> None:
    draft = make.draft("Kue Babi", is_not_halal=True, is_perishable=True)
    product_id = _create(shop().id, draft, "kue-roti")
    assert queries.product(product_id).live_revision_id is not None


def test_two_products_of_one_name_have_two_addresses(db: SQLAlchemy) -> None:
    store = shop()
    slugs = [queries.product(_create(store.id, make.draft("Bakul"))).slug for _ in range(3)]
    assert slugs == ["bakul", "bakul-2", "bakul-3"]


def test_only_who_works_for_the_store_puts_goods_up(db: SQLAlchemy) -> None:
    mine, other = shop(), shop("Tenun Mama Yuli", "Yuli Taneo")
    for actor in (other.ina, GUEST, make.actor_of(make.person())):
        with pytest.raises(NotAllowed):
            _create(mine.id, make.draft(), actor=actor)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Product)) == 0
    assert _create(mine.id, make.draft(), actor=mine.ina)


@pytest.mark.parametrize("field", ["name", "description", "composition"])
def test_blocked_goods_are_refused_wherever_they_are_named(db: SQLAlchemy, field: str) -> None:
    draft = replace(make.draft(), **{field: "Moke Aimere asli"})
    assert _refused(shop().id, draft) == ("catalog.blocked_goods", field)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Product)) == 0


def test_goods_lie_in_leaves_only(db: SQLAlchemy) -> None:
    assert _refused(shop().id, make.draft(), "makanan-olahan") == ("catalog.category_unknown", "category_id")


@pytest.mark.parametrize("code", ["", "53", "53.71.04", "99.99"])
def test_an_origin_is_a_regency_of_ntt(db: SQLAlchemy, code: str) -> None:
    assert _refused(shop().id, make.draft(origin_code=code)) == ("catalog.origin_unknown", "origin_code")


def test_pictures_are_the_own_ones(db: SQLAlchemy) -> None:
    mine, other = shop(), shop("Tenun Mama Yuli", "Yuli Taneo")
    own, foreign = _picture(db, mine.owner.id), _picture(db, other.owner.id)
    paper = _picture(db, mine.owner.id, FileKind.DOCUMENT)
    for wrong in (foreign, paper, 999_999):
        draft = make.draft(picture_ids=((wrong, ""),))
        assert _refused(mine.id, draft, actor=mine.ina) == ("catalog.picture_unknown", "pictures")
    twice = make.draft(picture_ids=((own, ""), (own, "")))
    assert _refused(mine.id, twice, actor=mine.ina) == ("catalog.picture_unknown", "pictures")
    assert _create(mine.id, make.draft(picture_ids=((own, "Bakul"),)), actor=mine.ina)


def test_a_colleague_may_keep_pictures_that_the_store_uses_already(db: SQLAlchemy) -> None:
    mine = shop()
    picture = _picture(db, mine.owner.id)
    product_id = _create(mine.id, make.draft(picture_ids=((picture, ""),)), actor=mine.ina)
    dodi = make.person("Dodi", roles=list(mine.ina.grants))
    with transaction():
        written = products.revise(
            make.actor_of(dodi), product_id, make.draft("Bakul Baru", picture_ids=((picture, ""),))
        )
    assert written is not None


def test_a_certificate_of_another_store_is_refused(db: SQLAlchemy) -> None:
    mine, other = shop(), shop("Tenun Mama Yuli", "Yuli Taneo")
    foreign, own = _certificate(db, other.id), _certificate(db, mine.id)
    draft = make.draft(certificate_ids=(foreign,))
    assert _refused(mine.id, draft) == ("catalog.certificate_unknown", "certificate_ids")
    product_id = _create(mine.id, make.draft(certificate_ids=(own,)), "camilan")
    view = queries.revision(queries.latest_revision_id(product_id))
    assert [claim.kind for claim in view.certificates] == ["pirt"]
    assert view.needed == ("pirt", "halal")
    assert view.missing == ("halal",)


def test_the_search_text_holds_the_words_the_category_the_maker_and_the_place(db: SQLAlchemy) -> None:
    product_id = _create(shop("Tenun Mama Yuli").id, make.draft("Tas Gewang", description="Kuat, dari Malaka"))
    text = db.session.get_one(Product, product_id).search_text
    for words in ("tas gewang", "kuat dari malaka", "anyaman", "kerajinan", "tenun mama yuli", "kupang"):
        assert words in text


def test_a_renamed_store_is_found_by_its_new_name(db: SQLAlchemy) -> None:
    store = shop()
    product_id = _create(store.id, make.draft())
    with transaction():
        db.session.get_one(Store, store.id).name = "Dapur Mama Ros"
    for _ in range(2):
        refresh_search(StoreChanged(store.id))
    assert "mama ros" in db.session.get_one(Product, product_id).search_text


# --- saying it anew --------------------------------------------------------


def _revise(product_id: int, draft: Draft) -> ProductRevision | None:
    with transaction():
        return products.revise(SYSTEM, product_id, draft)


def test_words_that_passed_stay_public_until_the_new_ones_pass(db: SQLAlchemy) -> None:
    product_id = _create(shop().id, make.draft("Bakul"))
    passed = queries.latest_revision_id(product_id)
    with transaction():
        products.put_live(product_id, passed, curated=True)
    written = _revise(product_id, make.draft("Bakul Baru"))
    assert written is not None
    product = queries.product(product_id)
    assert product.live_revision_id == passed
    assert product.curated_at is not None
    assert queries.revision(passed).name == "Bakul"
    with transaction():
        products.put_live(product_id, written.id, curated=True)
    assert queries.product(product_id).live_revision_id == written.id


def test_words_that_never_passed_give_way_at_once_where_no_papers_are_needed(db: SQLAlchemy) -> None:
    product_id = _create(shop().id, make.draft("Bakul"))
    written = _revise(product_id, make.draft("Bakul Baru"))
    assert written is not None
    assert queries.product(product_id).live_revision_id == written.id
    assert "bakul baru" in db.session.get_one(Product, product_id).search_text


def test_saying_the_same_again_writes_nothing(db: SQLAlchemy) -> None:
    store = shop()
    picture = _picture(db, store.owner.id)
    draft = make.draft(picture_ids=((picture, "Bakul"),), certificate_ids=(_certificate(db, store.id),))
    product_id = _create(store.id, draft)
    assert _revise(product_id, draft) is None
    for other in (
        replace(draft, picture_ids=()),
        replace(draft, picture_ids=((picture, "Lain"),)),
        replace(draft, certificate_ids=()),
        replace(draft, is_not_halal=True),
    ):
        assert _revise(product_id, other) is not None


def test_prices_and_stock_never_touch_what_passed(db: SQLAlchemy) -> None:
    product_id = _create(shop().id, make.draft())
    passed = queries.latest_revision_id(product_id)
    with transaction():
        products.put_live(product_id, passed, curated=True)
    curated_at = queries.product(product_id).curated_at
    variant = queries.variants(product_id)[0]
    with transaction():
        variants.change_variant(SYSTEM, variant.id, price=75_000, weight=10)
        variants.set_stock(SYSTEM, variant.id, 9, 3)
    product = queries.product(product_id)
    assert (product.live_revision_id, product.curated_at) == (passed, curated_at)
    assert queries.latest_revision_id(product_id) == passed
    assert (product.price_from, product.price_to) == (75_000, 75_000)


def test_a_revision_of_another_product_cannot_go_live(db: SQLAlchemy) -> None:
    store = shop()
    one, two = _create(store.id, make.draft("Satu")), _create(store.id, make.draft("Dua"))
    with pytest.raises(NotFound), transaction():
        products.put_live(one, queries.latest_revision_id(two), curated=True)
    assert queries.product(one).curated_at is None


# --- visibility ------------------------------------------------------------


def test_hidden_goods_are_not_public_and_come_back(db: SQLAlchemy) -> None:
    store = shop()
    product_id = _create(store.id, make.draft("Bakul"))
    with transaction():
        products.hide(store.ina, product_id)
    with pytest.raises(NotFound):
        queries.product_by_slug("bakul")
    with transaction():
        products.show(store.ina, product_id)
    assert queries.product_by_slug("bakul").id == product_id
    entry = audit.AuditEntry
    acts = db.session.scalars(sa.select(entry.action).where(entry.thing_type == "product").order_by(entry.id))
    assert list(acts) == ["catalog.product_created", "catalog.product_hidden", "catalog.product_shown"]


def test_archived_goods_are_gone_for_good(db: SQLAlchemy) -> None:
    store = shop()
    product_id = _create(store.id, make.draft("Bakul"))
    with transaction():
        products.archive(store.ina, product_id)
    with pytest.raises(NotFound), transaction():
        products.show(store.ina, product_id)
    assert queries.product(product_id).status is ProductStatus.ARCHIVED


@pytest.mark.parametrize("verb", ["hide", "show", "archive", "revise", "price", "stock", "add", "remove", "restore"])
def test_nobody_touches_the_goods_of_another_store(db: SQLAlchemy, verb: str) -> None:
    mine, other = shop(), shop("Tenun Mama Yuli", "Yuli Taneo")
    product_id = _create(mine.id, make.draft("Bakul"))
    variant_id = queries.variants(product_id)[0].id
    acts = {
        "hide": lambda: products.hide(other.ina, product_id),
        "show": lambda: products.show(other.ina, product_id),
        "archive": lambda: products.archive(other.ina, product_id),
        "revise": lambda: products.revise(other.ina, product_id, make.draft("Lain")),
        "price": lambda: variants.change_variant(other.ina, variant_id, price=1),
        "stock": lambda: variants.set_stock(other.ina, variant_id, 99, 3),
        "add": lambda: variants.add_variant(other.ina, product_id, VariantDraft(price=1, name="B")),
        "remove": lambda: variants.remove_variant(other.ina, variant_id),
        "restore": lambda: variants.restore_variant(other.ina, variant_id),
    }
    with pytest.raises(NotAllowed), transaction():
        acts[verb]()
    variant = db.session.get_one(Variant, variant_id)
    assert (variant.price, variant.on_hand, variant.is_active) == (50_000, 3, True)
    assert queries.product_by_slug("bakul").live_revision_id == queries.latest_revision_id(product_id)


def test_new_words_do_not_publish_what_still_waits_for_its_first_picture(db: SQLAlchemy) -> None:
    mine = shop()
    with transaction():
        made = products.create(mine.ina, mine.id, make.category_id(), make.draft(), [make.form()], is_draft=True)
        products.revise(mine.ina, made.id, make.draft("Bakul Baru"))
    assert made.live_revision_id is None
    with transaction():
        pictures = make.pictures(mine.owner)
        products.revise(mine.ina, made.id, make.draft("Bakul Baru", picture_ids=pictures))
    assert made.live_revision_id is not None
