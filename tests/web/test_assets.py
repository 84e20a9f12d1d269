"""Assets live under the hash of their content and may be kept for ever."""

from __future__ import annotations

import gzip

import brotli
from flask import Flask
from flask.testing import FlaskClient


def css(app: Flask, name: str = "app.css") -> str:
    with app.test_request_context():
        return str(app.extensions["assets"].url(name))


def test_the_css_is_one_file_kept_for_a_year(app: Flask, client: FlaskClient) -> None:
    response = client.get(css(app))
    assert response.status_code == 200
    assert response.content_type == "text/css; charset=utf-8"
    assert "immutable" in response.headers["Cache-Control"]
    assert b"@import" not in response.data


def test_it_is_sent_compressed_to_whoever_can_read_that(app: Flask, client: FlaskClient) -> None:
    plain = client.get(css(app)).data
    for encoding, unpack in (("br", brotli.decompress), ("gzip", gzip.decompress)):
        response = client.get(css(app), headers={"Accept-Encoding": encoding})
        assert response.headers["Content-Encoding"] == encoding
        assert unpack(response.data) == plain


def test_the_css_fits_its_budget(app: Flask, client: FlaskClient) -> None:
    for name in ("app.css", "desk.css"):
        sheet = client.get(css(app, name), headers={"Accept-Encoding": "br"})
        assert len(sheet.data) <= 10_240, name


def test_an_old_or_guessed_address_is_not_there(client: FlaskClient) -> None:
    for name in ("app.css", "app.000000000000.css", "../config.py", "js/../../config.py"):
        assert client.get(f"/aset/{name}").status_code == 404
