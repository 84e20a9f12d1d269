"""What the operator asks about goods, at her desk."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.catalog.queries import own_attributes
from marketplace.catalog.rules import AttributeKind
from marketplace.core.actor import Role
from tests import make

ASKED = {"label": "Diameter", "kind": "number", "unit": "cm", "choices": "", "is_active": "y"}


@pytest.fixture
def desk(db: SQLAlchemy) -> str:
    return f"/admin/kategori/{make.category_id('anyaman')}"


def asked() -> list[tuple[str, AttributeKind, tuple[str, ...], bool, bool]]:
    found = own_attributes(make.category_id("anyaman"))
    return [(each.label, each.kind, each.choices, each.is_required, each.is_active) for each in found]


def test_a_question_is_asked_changed_and_switched_off(client: FlaskClient, operator: Person, desk: str) -> None:
    made = client.post(f"{desk}/pertanyaan/baru", data=ASKED)
    assert (made.status_code, made.location) == (303, f"{desk}#pertanyaan")
    assert asked() == [("Diameter", AttributeKind.NUMBER, (), False, True)]
    (question,) = own_attributes(make.category_id("anyaman"))
    page = BeautifulSoup(client.get(desk).text, "html.parser")
    assert page.select_one("#pertanyaan a.strong")["href"] == f"{desk}/pertanyaan/{question.id}"  # type: ignore[index]
    form = BeautifulSoup(client.get(f"{desk}/pertanyaan/{question.id}").text, "html.parser")
    assert form.select_one("select[name=kind]").has_attr("disabled")  # type: ignore[union-attr]
    changed = {"label": "Garis tengah", "unit": "mm", "is_required": "y"}
    assert client.post(f"{desk}/pertanyaan/{question.id}", data=changed).status_code == 303
    assert asked() == [("Garis tengah", AttributeKind.NUMBER, (), True, False)]
    assert "Tidak ditanyakan lagi" in client.get(desk).text


def test_choices_are_lines(client: FlaskClient, operator: Person, desk: str) -> None:
    lines = "Alam\r\n\r\n  Dicelup  warna \r\nALAM\r\n"
    client.post(f"{desk}/pertanyaan/baru", data={**ASKED, "label": "Warna", "kind": "choice", "choices": lines})
    assert asked()[0][2] == ("ALAM", "Dicelup warna")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"label": ""}, "Isi pertanyaannya."),
        ({"label": "Bahan", "kind": "number"}, "Pilih jenis itu"),
        ({"kind": "choice", "choices": " \n"}, "Tulis 1 sampai 40 pilihan"),
        ({"kind": "lagu"}, "Not a valid choice"),
        ({"unit": "x" * 21}, "21"),
    ],
)
def test_what_cannot_be_asked_stays_typed(
    client: FlaskClient, operator: Person, desk: str, wrong: dict[str, str], words: str
) -> None:
    refused = client.post(f"{desk}/pertanyaan/baru", data={**ASKED, **wrong})
    assert refused.status_code == 422
    page = BeautifulSoup(refused.text, "html.parser")
    assert page.select_one("[aria-invalid=true]") is not None
    assert page.select_one("input[name=label]")["value"] == wrong.get("label", "Diameter")  # type: ignore[index]
    assert asked() == []


def test_a_question_moves_up_and_down(client: FlaskClient, operator: Person, desk: str) -> None:
    for label in ("Satu", "Dua"):
        client.post(f"{desk}/pertanyaan/baru", data={**ASKED, "label": label})
    first, _ = own_attributes(make.category_id("anyaman"))
    assert client.post(f"{desk}/pertanyaan/{first.id}/urutan", data={"arah": "turun"}).status_code == 303
    assert [each[0] for each in asked()] == ["Dua", "Satu"]
    assert client.post(f"{desk}/pertanyaan/{first.id}/urutan", data={"arah": "samping"}).status_code == 400


def test_a_question_of_another_category_is_not_here(client: FlaskClient, operator: Person, desk: str) -> None:
    strange = own_attributes(make.category_id("kopi"))[0].id
    assert client.get(f"{desk}/pertanyaan/{strange}").status_code == 404
    assert client.post(f"{desk}/pertanyaan/{strange}", data=ASKED).status_code == 404
    assert client.post(f"{desk}/pertanyaan/{strange}/urutan", data={"arah": "naik"}).status_code == 404
    assert client.get("/admin/kategori/999999/pertanyaan/baru").status_code == 404


@pytest.mark.parametrize("role", [Role.CURATOR, Role.HEAD_CURATOR])
def test_nobody_else_asks(client: FlaskClient, desk: str, role: Role) -> None:
    strange = own_attributes(make.category_id("kopi"))[0].id
    make.sign_in_client(client, make.person("Orang Lain", roles=[role]))
    for path in (f"{desk}/pertanyaan/baru", f"{desk}/pertanyaan/{strange}"):
        assert client.get(path).status_code == 404
        assert client.post(path, data=ASKED).status_code == 404
    assert client.post(f"{desk}/pertanyaan/{strange}/urutan", data={"arah": "naik"}).status_code == 404
    assert asked() == []
