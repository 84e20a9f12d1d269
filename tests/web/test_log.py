"""What the log says of a request, and what it must not say."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

KEYS = ("/lupa-sandi/{}", "/undangan/{}", "/foto/{}")


@pytest.mark.parametrize("address", KEYS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_address_that_opens_a_door_is_not_written_down(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, address: str, method: str
) -> None:
    with caplog.at_level("INFO"):
        client.open(address.format("WzYsImI0NDQ.rahasia-sekali"), method=method)
        client.get("/bantuan")
    said = caplog.text
    assert "rahasia-sekali" not in said
    assert address.format("...") in said
    assert "/bantuan" in said
