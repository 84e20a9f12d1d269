"""Large pictures cost a bounded amount of memory. Each is made ready by a process of its own, which tells its peak."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from marketplace.media.rules import LARGEST_UPLOAD

ROOT = Path(__file__).parents[2]
PEAK = Path("/proc/self/status")
# Not getrusage: what it tells of a fresh process includes what its parent held when it was started.
READY = """
import sys
from marketplace.media.adapters.pictures import render_with_source
with open(sys.argv[1], "rb") as file:
    source, widths = render_with_source(file)
assert source and 1080 in widths
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


def peak(path: Path) -> int:
    """Megabytes at the most, Python itself included."""
    told = subprocess.run(
        [sys.executable, "-c", READY, str(path)], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    return int(told.stdout) // 1024


def noise(size: tuple[int, int]) -> Image.Image:
    return Image.effect_noise(size, 70).convert("RGB")


@pytest.mark.skipif(not PEAK.exists(), reason="no /proc on this machine")
def test_a_photo_of_twelve_megabytes_needs_little_memory(tmp_path: Path) -> None:
    """Measured: 95 MB, and 350 without unpacking at half the size."""
    path = tmp_path / "foto.jpg"
    noise((6000, 4000)).save(path, "JPEG", quality=71)
    assert LARGEST_UPLOAD * 0.9 < path.stat().st_size <= LARGEST_UPLOAD
    assert peak(path) < 180


@pytest.mark.skipif(not PEAK.exists(), reason="no /proc on this machine")
@pytest.mark.parametrize(
    ("kind", "mode", "size", "most"),
    [
        ("JPEG", "RGB", (8160, 6120), 350),  # the largest there is, sent progressively; measured: 220
        ("PNG", "RGBA", (5770, 4330), 380),  # measured: 255
        ("PNG", "I;16", (5770, 4330), 380),  # measured: 260
        ("WEBP", "RGB", (5770, 4330), 550),  # measured: 400
    ],
)
def test_the_largest_of_each_kind_is_bounded(
    tmp_path: Path, kind: str, mode: str, size: tuple[int, int], most: int
) -> None:
    path = tmp_path / "foto"
    Image.new(mode, size).save(path, kind, **({"progressive": True} if kind == "JPEG" else {}))
    assert peak(path) < most
