"""Regions by name and by what lies below them."""

from __future__ import annotations

from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.places import queries
from marketplace.places.rules import FATULULI


def test_names_are_full(db: SQLAlchemy) -> None:
    assert queries.names([FATULULI, "53.71.04", "53.71", "99"]) == {
        FATULULI: "Fatululi, Oebobo, Kota Kupang",
        "53.71.04": "Oebobo, Kota Kupang",
        "53.71": "Kota Kupang",
    }


def test_there_are_22_regencies(db: SQLAlchemy) -> None:
    assert len(queries.regencies()) == 22
    assert len(queries.children("53.71")) == 6
    assert queries.children("nowhere") == []


def test_choices_follow_what_is_chosen(db: SQLAlchemy) -> None:
    found = queries.choices("53.71", "53.71.04")
    assert len(found.regencies) == 22
    assert {row.name for row in found.districts} >= {"Oebobo", "Kelapa Lima"}
    assert queries.RegionRow(FATULULI, "Fatululi", "85111") in found.villages
    assert queries.choices("", "") == queries.Choices(found.regencies, [], [])


def test_one_region(db: SQLAlchemy) -> None:
    assert queries.region(FATULULI) == queries.RegionRow(FATULULI, "Fatululi", "85111")
    assert queries.region("53.71.04.9999") is None


def test_the_list_below_a_region_is_a_fragment_that_may_be_kept(client: FlaskClient) -> None:
    answer = client.get("/wilayah/53.71.04")
    assert '<option value="53.71.04.1011" data-postcode="85111">Fatululi</option>' in answer.text
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    assert "Set-Cookie" not in answer.headers


def test_an_unknown_region_is_not_found(client: FlaskClient) -> None:
    assert client.get("/wilayah/53.99").status_code == 404
