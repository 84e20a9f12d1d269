"""What happened in rounds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OrderPutOff:
    """An order goes with a later run; `put_off` is how many it has missed so far."""

    order_id: int
    put_off: int
