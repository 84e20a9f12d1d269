"""Where the bytes lie. The application plugs one store in; services ask for `port(MediaStore)`."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import Protocol

NAME = re.compile(r"[0-9a-f]{32}[a-z0-9.-]{0,20}")


class MediaStore(Protocol):
    """Keeps files under names that begin with a random key. A name is written once and never changed."""

    def put(self, name: str, content: bytes) -> None:
        """Keep the content; afterwards it is there entirely, or not at all."""

    def read(self, name: str) -> bytes:
        """The content. Raises FileNotFoundError."""

    def exists(self, name: str) -> bool:
        """Is there such a file?"""

    def delete(self, name: str) -> None:
        """Forget the file; nothing happens when there is none."""

    def check(self) -> None:
        """Raise OSError when nothing could be kept now."""


class FolderStore:
    """Files in a folder of this machine, spread over 256 folders by the start of their key.

    Names are held to `NAME`, so no name leads out of the folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> None:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            with unfinished.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)

    def read(self, name: str) -> bytes:
        return self._path(name).read_bytes()

    def exists(self, name: str) -> bool:
        return self._path(name).is_file()

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def check(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        if not os.access(self._folder, os.W_OK | os.X_OK):
            raise PermissionError(f"cannot write to {self._folder}")

    def _path(self, name: str) -> Path:
        if NAME.fullmatch(name) is None or ".." in name:
            raise FileNotFoundError(name)
        return self._folder / name[:2] / name
