"""Unpack the Chromium of the npm package @sparticuz/chromium: unpack.py FOLDER (the one that holds node_modules)."""

import io
import shutil
import sys
import tarfile
from pathlib import Path

import brotli

FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


def unpack(home: Path) -> None:
    """Leave `chromium`, its libraries (al2023/lib) and its fonts in the folder; the browser dies without a font."""
    packed = home / "node_modules" / "@sparticuz" / "chromium" / "bin"
    for name in ("al2023", "fonts"):
        archive = io.BytesIO(brotli.decompress((packed / f"{name}.tar.br").read_bytes()))
        with tarfile.open(fileobj=archive) as tar:
            tar.extractall(home / name)
    (home / "fonts" / "fonts.conf").write_text(
        FONTS_CONF.format(fonts=home / "fonts" / "fonts", cache=home / "fonts-cache"), encoding="utf-8"
    )
    program = home / "chromium"
    program.write_bytes(brotli.decompress((packed / "chromium.br").read_bytes()))
    program.chmod(0o755)
    shutil.rmtree(home / "node_modules")


if __name__ == "__main__":
    unpack(Path(sys.argv[1]).resolve())
