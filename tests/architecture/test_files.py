"""What holds for every file of the project."""

from __future__ import annotations

import re

from tests.architecture.tree import name_of, project_files

LONGEST = 400
# Put together here, so that this file does not find itself.
REGISTRIES = re.compile(
    "|".join([r"pypi\." + "org", r"pythonhosted\." + "org", r"npm" + r"js\.(org|com)", r"yarn" + r"pkg\."])
)
MACHINE_PATHS = re.compile(r"(?<![\w.\-/])/(?:root|work|tmp|opt|home/\w+|Users/\w+)/\w")


def _text(path_bytes: bytes) -> str:
    """The text of a file; nothing for a picture or a font."""
    try:
        return path_bytes.decode()
    except UnicodeDecodeError:
        return ""


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    long = {
        name_of(path): lines
        for path in project_files()
        if path.suffix in {".py", ".html", ".css", ".js"} and "vendor" not in path.parts
        if (lines := len(path.read_bytes().splitlines())) > LONGEST
    }
    assert long == {}


def test_no_file_names_a_package_registry_or_a_path_of_one_machine() -> None:
    found = [
        f"{name_of(path)}:{number}: {line.strip()[:120]}"
        for path in project_files()
        for number, line in enumerate(_text(path.read_bytes()).splitlines(), 1)
        if REGISTRIES.search(line) or MACHINE_PATHS.search(line)
    ]
    assert found == []
