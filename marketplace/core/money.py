"""Whole rupiah. No decimals anywhere: 1 rupiah is the integer 1."""

from __future__ import annotations

from collections.abc import Sequence


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Share `total` rupiah by weight so that the shares add up to it exactly (largest remainder first).

    Raises ValueError when there is nothing to weigh by, or a weight or the total is negative.
    """
    weight_sum = sum(weights)
    if total < 0 or weight_sum <= 0 or min(weights) < 0:
        raise ValueError("a split needs a total and weights of zero or more, not all zero")
    shares = [total * weight // weight_sum for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % weight_sum), i))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares


def portion(amount: int, basis_points: int) -> int:
    """The part of an amount that a rate takes, floored to whole rupiah. 150 basis points are 1.5 %."""
    return amount * basis_points // 10_000
