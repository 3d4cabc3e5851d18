"""Who may import whom: the table in docs/architecture.md, held against every import of every room."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "docs/architecture.md"
DATABASE = {"sqlalchemy", "psycopg2", "alembic", "geoalchemy2"}
DATABASE_ROOMS = {"data_access", "ingest", "readers", "schema", "cluster", "app", "cli", "running", "bench", "doors"}
SCREEN = {"dash", "dash_ag_grid", "plotly", "flask"}
SCREEN_ROOMS = {"app", "layouts", "callbacks", "live"}
ANYTHING = {"app", "cli", "running", "bench"}   # the entrances: they put the rooms together
EVERYWHERE = {"settings"}


def allowed() -> dict[str, set[str]]:
    """The table: room → what it may import beside itself, as "room" or "room.module"."""
    found: dict[str, set[str]] = {}
    for line in TABLE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and (names := re.findall(r"`([\w./]+)`", cells[0])):
            permitted = re.findall(r"`([\w./]+)`", cells[2])
            for name in names:
                found[name.removesuffix(".py").strip("/")] = {one.strip("/") for one in permitted}
    return found


ALLOWED = allowed()
ROOMS = sorted({path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name not in {"tests", "packs"}}
               | {path.stem for path in ROOT.glob("*.py")})
MODULES = sorted(path for room in ROOMS for path in
                 ([ROOT / f"{room}.py"] if (ROOT / f"{room}.py").exists() else (ROOT / room).rglob("*.py")))


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it, by its full name."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_room_stands_in_the_table() -> None:
    assert set(ROOMS) - ANYTHING - {"schema"} <= set(ALLOWED), "docs/architecture.md must say what each room may import"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_room_opens_only_the_doors_that_the_table_gives_it(path: Path) -> None:
    room = room_of(path)
    if room in ANYTHING:
        return
    doors = ALLOWED.get(room, set()) | {room} | EVERYWHERE
    for imported in imports(path):
        if imported.split(".")[0] in ROOMS:
            assert any(imported == door or imported.startswith(f"{door}.") for door in doors), (
                f"{name(path)} imports {imported}; {room} may open {sorted(doors)}")


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_rooms_of_data_know_the_database(path: Path) -> None:
    if room_of(path) not in DATABASE_ROOMS:
        assert not {imported.split(".")[0] for imported in imports(path)} & DATABASE


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_rooms_of_the_screen_know_dash(path: Path) -> None:
    known = SCREEN if room_of(path) not in ("ingest", "doors") else {"dash", "plotly"}   # the doors are a Flask app of their own
    if room_of(path) not in SCREEN_ROOMS:
        assert not {imported.split(".")[0] for imported in imports(path)} & known


def test_geo_and_indicators_know_neither() -> None:
    for room in ("geo", "indicators"):
        for path in (ROOT / room).rglob("*.py"):
            assert not {imported.split(".")[0] for imported in imports(path)} & (DATABASE | SCREEN), path
