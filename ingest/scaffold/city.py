"""A city.yaml for the regions that were found."""

from collections.abc import Iterator, Sequence

from tzfpy import get_tz

from ingest.scaffold.found import Found
from ingest.scaffold.places import centre, middle
from ingest.scaffold.regions import HAN, Kind, Level
from ingest.scaffold.written import comment, inline, line

SOURCE = "regions"
SHANGHAI = "Asia/Shanghai"
UTC = "UTC"
DATA = "data"


def kinds(levels: Sequence[Level]) -> tuple[Kind, ...]:
    """The levels below the city."""
    return levels[0].below if levels and levels[0].below else tuple(level.kind for level in levels)


def written(key: str, name: str, zone: tuple[str, str], levels: Sequence[Level], words: Sequence[str]) -> str:
    """The file: the city, its levels and its tree; `words` are lines for what devices and cases are called."""
    return "\n".join([
        "# yaml-language-server: $schema=../../docs/schema/city.json",
        comment(0, "What each key means: docs/adding-a-city.md. Lines with a note were guessed: look at them."), "",
        line(0, "key", key), line(0, "name", {"zh": name, "en": name}, "one of the two is enough"),
        line(0, "time_zone", zone[0], zone[1]),
        "levels:", f"  - {inline({'key': 'city', 'zh': '全市', 'en': 'City'})}",
        *(f"  - {inline({'key': kind.key, 'zh': kind.zh, 'en': kind.en})}" for kind in kinds(levels)),
        "", "tree:", line(2, "source", SOURCE), "  files:", *(text for level in levels for text in files_of(level)),
        "", *words, ""])


def files_of(level: Level) -> Iterator[str]:
    """The tree's files that give a level."""
    read = inline({**level.found.read, "path": f"{DATA}/{level.found.file.as_posix()}"})
    yield f"    - read: {read}   # {'; '.join(level.found.guess.reasons)}"
    if not level.below:
        yield line(6, "level", level.kind.key)
    yield line(6, "code", level.code)
    if level.parent is not None:
        yield line(6, "parent", level.parent)
    yield line(6, "name", level.name)
    if level.repeated:
        yield line(6, "repeated", True, "a region stands on many lines")
    if level.found.shape is not None:
        yield line(6, "shape", level.found.shape)
        if level.found.guess.crs is not None:
            yield line(6, "crs", level.found.guess.crs, "the shapes are in degrees")
    yield from system(level.found)
    yield from (comment(6, f"unsure: {note}") for note in level.notes)
    if level.shapes is not None:
        read = inline({**level.shapes.read, "path": f"{DATA}/{level.shapes.file.as_posix()}"})
        yield f"    - read: {read}   # draws the regions above"
        if not level.below:
            yield line(6, "level", level.kind.key)
        yield from (line(6, "code", level.shape_code), line(6, "shapes_only", True))
        if level.shapes.shape is not None:
            yield line(6, "shape", level.shapes.shape)
            yield line(6, "crs", level.shapes.guess.crs or "?", "of the shapes")
        else:
            yield from system(level.shapes)


def system(found: Found) -> Iterator[str]:
    """The coordinate system of shapes whose file does not say it."""
    if not found.drawn or found.guess.crs is not None:
        return
    if found.fits is not None:
        yield line(6, "crs", found.fits, "unsure: the file does not say; with this the shapes lie where other files' points do")
    else:
        yield comment(6, "crs: EPSG:4490   # the file does not say its coordinate system")


def zone(tables: Sequence[Found]) -> tuple[str, str]:
    """The city's time zone, and how that is known."""
    drawn = [centre(table, table.guess.crs) for table in tables if table.drawn and table.guess.crs is not None]
    middles = drawn or [point for table in tables if (point := middle(table))]
    if middles:
        return get_tz(*middles[0]), "where the files' shapes and points lie"
    if any(HAN.search(str(column)) for table in tables for column in table.rows.columns):
        return SHANGHAI, "from the Chinese names: is it right?"
    return UTC, "nothing tells where the city is: write its zone, like Europe/Lisbon"
