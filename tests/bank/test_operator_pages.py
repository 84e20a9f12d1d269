"""The operator's desk of the market's account: a file in, its columns, what is matched, and what is decided."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from werkzeug.test import TestResponse

from marketplace.accounts.models import Person
from marketplace.bank.models import BankLine, BankStatement
from marketplace.bank.rules import LineState
from marketplace.catalog.models import Product
from marketplace.core.clock import today
from marketplace.orders.queries import purchase_of_payment
from marketplace.payments.models import Payment
from marketplace.payments.rules import PaymentState
from tests import make
from tests.counting import statements
from tests.make.byhand import bank_line, csv_statement, proof, stored, transfer

PATHS = (
    ("get", "/admin/bank"),
    ("post", "/admin/bank"),
    ("get", "/admin/bank/mutasi/1"),
    ("post", "/admin/bank/mutasi/1"),
    ("post", "/admin/bank/mutasi/1/kolom"),
    ("post", "/admin/bank/baris/1/pembayaran"),
    ("post", "/admin/bank/baris/1/sisihkan"),
    ("post", "/admin/bank/baris/1/buka"),
    ("get", "/admin/bank/bukti/1"),
    ("post", "/admin/bank/pembayaran/abc/akhiri"),
)


def hand_in(client: FlaskClient, content: bytes, name: str = "mutasi.csv") -> TestResponse:
    return client.post("/admin/bank", data={"file": (io.BytesIO(content), name)})


def code_of(payment: Payment) -> str:
    return purchase_of_payment(payment.id).code


def columns_of(page: str) -> dict[str, str]:
    """The form about the columns, as it stands in the page."""
    form = BeautifulSoup(page, "html.parser").select_one("form[action$='/kolom']")
    assert form is not None
    found = {str(field["name"]): str(field.get("value", "")) for field in form.select("input[name]")}
    for select in form.select("select[name]"):
        chosen = select.select_one("option[selected]")
        found[str(select["name"])] = str(chosen["value"]) if chosen else "-1"
    return found


@pytest.mark.parametrize(("verb", "path"), PATHS)
def test_for_anybody_else_the_desk_does_not_exist(
    client: FlaskClient, goods: list[Product], verb: str, path: str
) -> None:
    assert getattr(client, verb)(path).status_code == 302
    make.sign_in_client(client, make.person("Budi"))
    assert getattr(client, verb)(path).status_code == 404


def test_a_file_is_looked_at_then_stored_and_matched(
    db: SQLAlchemy, client: FlaskClient, operator: Person, goods: list[Product]
) -> None:
    payment = transfer(goods)
    rows = (today(), "TRF BUDI", payment.to_pay), (today(), "BIAYA", -2_500), (today(), "SETOR", 77_000)
    where = hand_in(client, csv_statement(*rows)).location
    dry = client.get(where).text
    assert "TRF BUDI" in dry
    assert db.session.scalar(sa.select(sa.func.count()).select_from(BankLine)) == 0
    assert client.post(where).location == "/admin/bank"
    assert payment.state is PaymentState.PAID
    page = client.get("/admin/bank").text
    assert "3 baris baru disimpan" in page
    assert "1 pembayaran langsung cocok" in page
    assert "SETOR" in page
    assert "TRF BUDI" not in page, "it is decided"
    assert code_of(payment) in client.get("/admin/bank?keadaan=dibukukan").text
    assert "BIAYA" in client.get("/admin/bank?keadaan=keluar").text
    assert client.post(where).status_code == 409
    again = hand_in(client, csv_statement(*rows)).location
    client.post(again)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(BankLine)) == 3
    assert "1" in client.get("/admin").text
    paid = client.get(f"/admin/pembayaran/{payment.reference}").text
    assert "TRF BUDI" in paid
    assert "rekening BeliNTT" in paid
    assert "Baca lagi dari penyedia" not in paid


def test_a_workbook_is_taken_as_well(db: SQLAlchemy, client: FlaskClient, operator: Person) -> None:
    rows = [("Tanggal", "Keterangan", "Debet", "Kredit", "Saldo"), (f"{today():%d/%m/%Y}", "SETOR", "", 77_123, 1)]
    where = hand_in(client, make.xlsx_sheet(*rows), "mutasi.xlsx").location
    client.post(where)
    assert db.session.scalars(sa.select(BankLine.amount)).all() == [77_123]


def test_unknown_columns_are_named_by_hand(db: SQLAlchemy, client: FlaskClient, operator: Person) -> None:
    content = f'a,b,c,d\n{today():%d/%m/%Y},Setoran,x,"12.345,00"\n'.encode()
    where = hand_in(client, content).location
    page = client.get(where).text
    assert "Belum ada baris yang terbaca" in page
    assert client.post(where).status_code == 422
    form = {**columns_of(page), "header_row": "1", "day": "0", "text": "1"}
    refused = client.post(f"{where}/kolom", data=form)
    assert refused.status_code == 422
    assert "Tunjukkan kolom ini" in refused.text
    assert columns_of(refused.text)["text"] == "1", "what was chosen stays"
    twice = client.post(f"{where}/kolom", data={**form, "credit": "1"})
    assert "sudah dipakai" in twice.text
    assert client.post(f"{where}/kolom", data={**form, "credit": "3"}).status_code == 303
    client.post(where)
    assert db.session.execute(sa.select(BankLine.amount, BankLine.text)).all() == [(12_345, "Setoran")]


@pytest.mark.parametrize("header_row", ["", "x", "-1", "9999"])
def test_bad_numbers_of_a_row_are_refused_at_the_field(client: FlaskClient, operator: Person, header_row: str) -> None:
    where = hand_in(client, csv_statement((today(), "SETOR", 77_000))).location
    form = {**columns_of(client.get(where).text), "header_row": header_row}
    answer = client.post(f"{where}/kolom", data=form)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4 x", b"\x89PNG\r\n\x1a\n", b"<html>", b"\x00\x01\x02" * 100])
def test_what_is_no_statement_is_refused_at_its_field(client: FlaskClient, operator: Person, content: bytes) -> None:
    answer = hand_in(client, content)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert client.post("/admin/bank", data={}).status_code == 422


def test_rows_that_cannot_be_read_are_told_and_markup_in_them_is_text(client: FlaskClient, operator: Person) -> None:
    day = f"{today():%d/%m/%Y}"
    content = f"Tanggal;Keterangan;Kredit\n{day};<script>alert(1)</script>;5000\n{day};RUSAK;abc\n".encode()
    page = client.get(hand_in(client, content, "<b>x</b>.csv").location).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "Jumlahnya tidak terbaca." in page
    assert "RUSAK" in page


def test_a_line_is_assigned_to_a_candidate(client: FlaskClient, operator: Person, goods: list[Product]) -> None:
    payment = transfer(goods)
    line = bank_line(payment.amount, "TRF TAMU LESTARI")
    page = client.get("/admin/bank").text
    assert code_of(payment) in page
    assert "harga penuh, tanpa angka tanda, nama mirip" in page
    answer = client.post(f"/admin/bank/baris/{line.id}/pembayaran", data={"code": code_of(payment)})
    assert answer.status_code == 303
    assert payment.state is PaymentState.MISMATCH
    assert line.decided_by == operator.id
    done = client.get(f"/admin/pembayaran/{payment.reference}").text
    assert "Jumlah berbeda" in done
    taken = client.post(f"/admin/pembayaran/{payment.reference}/penerimaan")
    assert taken.status_code == 303
    assert payment.refunded == payment.rounding


@pytest.mark.parametrize(
    ("code", "words"),
    [("", "Tidak ada pembelian"), ("NTT-00000000", "Tidak ada pembelian"), ("x" * 21, "paling banyak 20")],
)
def test_a_bad_code_is_refused_at_its_field_and_stays(
    client: FlaskClient, operator: Person, goods: list[Product], code: str, words: str
) -> None:
    line = bank_line(77_000)
    answer = client.post(f"/admin/bank/baris/{line.id}/pembayaran", data={"code": code})
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{code}"' in answer.text
    assert line.state is LineState.OPEN


def test_a_line_is_set_aside_with_a_reason_and_opened_again(
    client: FlaskClient, operator: Person, goods: list[Product]
) -> None:
    line = bank_line(77_000, "SEWA GEDUNG")
    path = f"/admin/bank/baris/{line.id}/sisihkan"
    assert client.post(path, data={"kind": "not_ours", "reason": ""}).status_code == 422
    assert client.post(path, data={"kind": "other", "reason": "x"}).status_code == 422
    assert client.post(path, data={"kind": "not_ours", "reason": "Sewa"}).status_code == 303
    assert line.state is LineState.ASIDE
    assert client.post(path, data={"kind": "not_ours", "reason": "Sewa"}).status_code == 409
    assert "Sewa" in client.get("/admin/bank?keadaan=disisihkan").text
    assert client.post(f"/admin/bank/baris/{line.id}/buka").status_code == 303
    assert line.state is LineState.OPEN
    assert client.post(f"/admin/bank/baris/{line.id}/buka").status_code == 409
    for act in ("sisihkan", "buka", "pembayaran"):
        data = {"kind": "not_ours", "reason": "x", "code": "NTT-00000000"}
        assert client.post(f"/admin/bank/baris/99999/{act}", data=data).status_code in (404, 422)


def test_an_operator_ends_a_payment_whose_money_did_not_come(
    client: FlaskClient, operator: Person, goods: list[Product]
) -> None:
    payment = transfer(goods)
    proof(payment, "Maria Ndolu")
    page = client.get("/admin/bank").text
    assert "Maria Ndolu" in page
    assert code_of(payment) in page
    path = f"/admin/bank/pembayaran/{payment.reference}/akhiri"
    refused = client.post(path, data={"reason": ""})
    assert refused.status_code == 422
    assert "Tulis alasannya." in refused.text
    assert client.post(path, data={"reason": "Tidak ada di mutasi"}).status_code == 303
    assert payment.state is PaymentState.EXPIRED
    assert client.post(path, data={"reason": "Tidak ada di mutasi"}).status_code == 409
    assert client.post("/admin/bank/pembayaran/tidak-ada/akhiri", data={"reason": "x"}).status_code == 404


def test_the_desk_asks_the_database_no_more_for_many_lines(
    db: SQLAlchemy, client: FlaskClient, operator: Person, goods: list[Product]
) -> None:
    proof(transfer(goods))
    day = today() - timedelta(days=1)
    stored(csv_statement((day, "SETOR 0", 11_000)))
    with statements(db) as few:
        client.get("/admin/bank")
    for _ in range(3):
        proof(transfer(goods))
    stored(csv_statement(*((day, f"SETOR {number}", 12_000 + number) for number in range(60))))
    with statements(db) as many:
        page = client.get("/admin/bank").text
    assert len(many) == len(few)
    assert "Berikutnya" in page
    assert page.count("Sisihkan baris ini") == 25


def test_a_long_statement_is_taken_in(db: SQLAlchemy, client: FlaskClient, operator: Person) -> None:
    rows = [(today(), f"SETOR {number}", 10_000 + number) for number in range(2_500)]
    where = hand_in(client, csv_statement(*rows)).location
    assert client.post(where).status_code == 303
    assert db.session.scalars(sa.select(BankStatement.new_lines)).all() == [2_500]
    cursor = client.get("/admin/bank?halaman=rusak&keadaan=apa")
    assert cursor.status_code == 200
