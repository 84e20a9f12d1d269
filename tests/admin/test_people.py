"""The operator finds people, gives and takes roles, blocks and unblocks; for anybody else there is no such desk."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.accounts.queries import grants_of, sign_ins_of
from marketplace.core.actor import Grant, Role
from marketplace.core.audit import AuditEntry
from tests import make
from tests.databases import Market


def admin_addresses(market: Market) -> list[tuple[str, str]]:
    """Every address of the desk with each of its methods, numbers filled in."""
    found = []
    for rule in market.app.url_map.iter_rules():
        if rule.endpoint.startswith("admin."):
            path = rule.rule
            path = re.sub(r"<int:\w+>", "1", path).replace("<string:key>", "onboarding.review_days")
            path = re.sub(r"<string:\w+>", "unknown", path)
            found += [(method, path) for method in rule.methods or () if method in ("GET", "POST")]
    return sorted(found)


OTHERS: list[Grant] = [
    Grant(Role.CURATOR),
    Grant(Role.HEAD_CURATOR),
    Grant(Role.STORE_OWNER, 1),
    Grant(Role.STORE_STAFF, 1),
    Grant(Role.OPERATOR, 7),  # a role of the market with a scope means nothing
]


@pytest.mark.parametrize("role", [None, *OTHERS])
def test_the_desk_does_not_exist_for_anybody_else(client: FlaskClient, database: Market, role: Grant | None) -> None:
    make.sign_in_client(client, make.person(roles=[role] if role else []))
    addresses = admin_addresses(database)
    assert len(addresses) >= 25
    answers = {f"{method} {path}": client.open(path, method=method).status_code for method, path in addresses}
    assert set(answers.values()) == {404}, answers


def test_a_guest_is_asked_to_sign_in(client: FlaskClient, database: Market) -> None:
    for method, path in admin_addresses(database):
        answer = client.open(path, method=method)
        assert answer.status_code == 302
        assert answer.location.startswith("/masuk")


def test_every_page_opens_for_the_operator(client: FlaskClient, operator: Person) -> None:
    for path in (
        "/admin",
        "/admin/orang",
        f"/admin/orang/{operator.id}",
        "/admin/pengaturan",
        "/admin/pengaturan/onboarding.review_days",
        "/admin/laporan-produk",
        "/admin/kategori",
        "/admin/kategori/baru",
        "/admin/kategori/1",
        "/admin/jejak",
        "/admin/pembayaran",
    ):
        assert client.get(path).status_code == 200, path


@pytest.mark.parametrize("text", ["budi", "BUDI.LADO", "0812-3456", "+62 812 3456 7890", "3456789"])
def test_people_are_found_by_name_address_or_number(client: FlaskClient, operator: Person, text: str) -> None:
    make.person("Budi Lado", email="budi.lado@example.id", phone="+6281234567890")
    make.person("Ina Tuka", email="ina@example.id", phone="+6285239994444")
    page = client.get("/admin/orang", query_string={"q": text}).text
    assert "Budi Lado" in page
    assert "Ina Tuka" not in page


def test_signs_of_a_pattern_are_only_signs(client: FlaskClient, operator: Person) -> None:
    make.person("Budi Lado")
    assert "Budi Lado" not in client.get("/admin/orang?q=%25").text
    assert "Budi Lado" not in client.get("/admin/orang?q=B_di").text


def test_a_long_list_is_read_page_by_page(client: FlaskClient, operator: Person, db: SQLAlchemy) -> None:
    for number in range(35):
        make.person(f"Orang {number:02}")
    first = client.get("/admin/orang").text
    assert "Orang 34" in first
    assert "Orang 00" not in first
    cursor = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = client.get(cursor).text
    assert "Orang 00" in second
    assert "Orang 34" not in second


def test_a_role_is_given_and_taken(client: FlaskClient, operator: Person, db: SQLAlchemy) -> None:
    ratna = make.person("Ratna Kale")
    answer = client.post(f"/admin/orang/{ratna.id}/peran", data={"role": "curator", "scope": "0"})
    assert answer.status_code == 303
    (held,) = grants_of(ratna.id)
    assert (held.role, held.scope, held.granted_by) == (Role.CURATOR, 0, operator.id)
    assert client.post(f"/admin/orang/{ratna.id}/peran/{held.id}/pencabutan").status_code == 303
    assert grants_of(ratna.id) == []
    assert client.post(f"/admin/orang/{ratna.id}/peran/{held.id}/pencabutan").status_code == 404
    trail = sa.select(AuditEntry.action).where(AuditEntry.person_id == operator.id).order_by(AuditEntry.id)
    actions = list(db.session.scalars(trail))
    assert actions[-2:] == ["accounts.role_granted", "accounts.role_revoked"]


def test_a_role_given_twice_is_held_once(client: FlaskClient, operator: Person, db: SQLAlchemy) -> None:
    ratna = make.person("Ratna Kale")
    for _ in range(2):
        client.post(f"/admin/orang/{ratna.id}/peran", data={"role": "curator", "scope": "0"})
    assert len(grants_of(ratna.id)) == 1


def test_a_role_of_a_shop_names_its_shop(client: FlaskClient, operator: Person, db: SQLAlchemy) -> None:
    ina = make.person("Ina Tuka")
    store = make.store()
    path = f"/admin/orang/{ina.id}/peran"
    assert client.post(path, data={"role": "store_owner", "scope": "0"}).status_code == 422
    assert client.post(path, data={"role": "curator", "scope": str(store.id)}).status_code == 422
    assert client.post(path, data={"role": "store_owner", "scope": "999999"}).status_code == 422
    assert grants_of(ina.id) == []
    assert client.post(path, data={"role": "store_owner", "scope": str(store.id)}).status_code == 303
    assert [(grant.role, grant.scope) for grant in grants_of(ina.id)] == [(Role.STORE_OWNER, store.id)]
    assert store.name in client.get(f"/admin/orang/{ina.id}").text


def test_an_operator_cannot_demote_or_block_herself(client: FlaskClient, operator: Person, db: SQLAlchemy) -> None:
    (held,) = grants_of(operator.id)
    client.post(f"/admin/orang/{operator.id}/peran/{held.id}/pencabutan")
    assert len(grants_of(operator.id)) == 1
    answer = client.post(f"/admin/orang/{operator.id}/pemblokiran", data={"reason": "coba-coba"})
    assert answer.status_code == 422
    assert client.get("/admin").status_code == 200


def test_blocking_needs_a_reason_and_ends_every_sign_in(client: FlaskClient, operator: Person, db: SQLAlchemy) -> None:
    tamu = make.person("Tamu Asing")
    make.sign_in(tamu)
    assert client.post(f"/admin/orang/{tamu.id}/pemblokiran", data={"reason": " "}).status_code == 422
    assert len(sign_ins_of(tamu.id)) == 1
    assert client.post(f"/admin/orang/{tamu.id}/pemblokiran", data={"reason": "penipuan"}).status_code == 303
    assert sign_ins_of(tamu.id) == []
    page = client.get(f"/admin/orang/{tamu.id}").text
    assert "penipuan" in page
    assert client.post(f"/admin/orang/{tamu.id}/pembukaan").status_code == 303
    db.session.expire_all()
    found = db.session.get(Person, tamu.id)
    assert found is not None
    assert found.blocked_at is None


def test_an_unknown_person_is_not_found(client: FlaskClient, operator: Person) -> None:
    assert client.get("/admin/orang/999999").status_code == 404
    assert client.get(f"/admin/orang/{10**30}").status_code == 404
    assert client.post("/admin/orang/999999/pemblokiran", data={"reason": "tidak ada"}).status_code == 404
