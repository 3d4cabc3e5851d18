"""Read a pack: its city.yaml, and one YAML for each source."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ingest.pack.city import CITY, SOURCES, Pack
from ingest.pack.faults import Marked, PackError, told
from ingest.pack.sources import Source

PACKS = Path(__file__).parents[2] / "packs"


def read(pack: str | Path) -> Pack:
    """Read a pack by its name under packs/ or by its folder. Raises: PackError, with every mistake."""
    folder = pack if isinstance(pack, Path) else PACKS / pack
    file = folder / CITY
    if not file.is_file():
        known = ", ".join(sorted(path.parent.name for path in PACKS.glob(f"*/{CITY}")))
        raise PackError(f"there is no city pack {str(pack)!r}: {file} is missing; there are: {known}")
    city, sources = Marked(file), [Marked(path) for path in sorted((folder / SOURCES).glob("*.yaml"))]
    if "sources" in city.content:
        raise PackError(f"{file}, line {city.line(('sources',))}: sources: each source has a file of its own, "
                        f"{SOURCES}/<key>.yaml")
    try:
        return Pack.model_validate({**city.content, "sources": [source.content for source in sources], "folder": folder})
    except ValidationError as error:
        raise PackError("\n".join(placed(city, sources, fault) for fault in error.errors())) from error


def placed(city: Marked, sources: list[Marked], fault: Any) -> str:
    """One mistake, told of the file that it stands in."""
    where = (*fault["loc"], *fault.get("ctx", {}).get("where", ()))
    if len(where) > 1 and where[0] == "sources" and isinstance(where[1], int):
        return told(sources[where[1]], where[2:], fault, Source)
    return told(city, where, fault, Pack)
