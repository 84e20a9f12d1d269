"""The project's own files, as the tests of this folder read them."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MARKETPLACE = ROOT / "marketplace"
MADE_HERE = {".git", ".venv", ".cache", "instance", "node_modules", "__pycache__", "test-results"}


@cache
def project_files() -> list[Path]:
    """Every file that belongs to the project: what git holds or would add; without git, all but what is made here."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
        found = [ROOT / name for name in names if name]
    except (OSError, subprocess.CalledProcessError):
        found = [path for path in ROOT.rglob("*") if not MADE_HERE.intersection(path.relative_to(ROOT).parts)]
    return sorted({path for path in found if path.is_file()})


def name_of(path: Path) -> str:
    """The path as people say it."""
    return path.relative_to(ROOT).as_posix()


def modules() -> Iterator[tuple[Path, str]]:
    """Each module of the application with its area; "app" and "cli" are areas of one file."""
    for path in sorted(MARKETPLACE.rglob("*.py")):
        parts = path.relative_to(MARKETPLACE).parts
        yield path, parts[0].removesuffix(".py")


@cache
def syntax(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path) -> Iterator[str]:
    """Full dotted names of what a module imports; `from a import b` counts as a.b."""
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layers() -> dict[str, int]:
    """Area to height, 0 at the bottom, as pyproject.toml draws them; areas beside each other share a height."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    drawn: list[str] = next(contract["layers"] for contract in contracts if contract["id"] == "areas")
    return {area.strip(" ()"): height for height, row in enumerate(reversed(drawn)) for area in row.split("|")}
