"""A fresh clone has what is imported: every package is named, pinned, and there for a reason."""

import ast
import re
import sys
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from settings import ROOT

OURS = {path.stem for path in ROOT.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
ONLY_FOR_WORK = ("tests", "bench")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s#]+)")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(file: str) -> dict[str, str]:
    """Package → version, of one requirements file."""
    found = (PIN.match(line) for line in (ROOT / file).read_text().splitlines())
    return {normal(match[1]): match[2] for match in found if match}


def direct(file: str) -> set[str]:
    """The packages above the line "What those need"."""
    head = (ROOT / file).read_text().partition("# What those need")[0]
    return {normal(match[1]) for line in head.splitlines() if (match := PIN.match(line))}


@cache
def distributions() -> dict[str, set[str]]:
    """Imported name → the packages that bring it."""
    return {name: {normal(each) for each in found} for name, found in packages_distributions().items()}


def sources() -> list[Path]:
    """Every Python file of the project."""
    return [path for room in sorted(OURS) for path in ([ROOT / f"{room}.py"] if (ROOT / f"{room}.py").exists()
                                                      else sorted((ROOT / room).rglob("*.py")))]


def imported(file: Path) -> set[str]:
    """The top names that a file imports from outside of the project and the standard library."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    near = OURS | {path.stem for path in file.parent.glob("*.py")}
    return {name.partition(".")[0] for name in names} - near - sys.stdlib_module_names


@pytest.mark.parametrize("file", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_imported_package_is_named_in_the_requirements(file: Path) -> None:
    named = direct("requirements.txt")
    if file.relative_to(ROOT).parts[0] in ONLY_FOR_WORK:
        named |= direct("requirements-dev.txt")
    missing = {name for name in imported(file) if not distributions().get(name, set()) & named}
    assert not missing


def test_every_package_has_one_exact_version() -> None:
    for file in ("requirements.txt", "requirements-dev.txt", "packs/newyork/requirements.txt"):
        lines = [line for line in (ROOT / file).read_text().splitlines() if line and not line.startswith(("#", "-r"))]
        assert [line for line in lines if not PIN.match(line)] == []
    assert not pins("requirements.txt").keys() & pins("requirements-dev.txt").keys()


def test_the_lock_of_the_browser_libraries_names_no_host() -> None:
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()
