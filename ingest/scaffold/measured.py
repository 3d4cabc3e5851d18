"""The units that the names of what is measured say, as in PM2.5 (ug/m3)."""

from collections.abc import Sequence

from ingest.mapping.guess import Guess
from ingest.mapping.series import named
from ingest.mapping.units import told
from ingest.scaffold.found import Found


def units(facts: Sequence[tuple[Found, Guess | None]]) -> dict[str, list[str]]:
    """The units of each property, by its key; several where tables differ."""
    made: dict[str, list[str]] = {}
    for found, guess in facts:
        if guess is None or guess.subject != "observations":
            continue
        for key, name in names(found, guess):
            unit = told(name)
            if unit is not None and unit not in made.setdefault(key, []):
                made[key].append(unit)
    return {key: listed for key, listed in made.items() if listed}


def names(found: Found, guess: Guess) -> list[tuple[str, str]]:
    """The property and the name, of each column that is one and of each text of a column that names them."""
    mapping = guess.mapping()
    said = mapping.get("columns", {}).get("property")
    listed = mapping.get("long", {}).get("columns", {})
    made = [(key, value if isinstance(value, str) else value["column"]) for key, value in listed.items()]
    if "pattern" in mapping.get("long", {}):
        made += [(one.key, name) for name in map(str, found.given.columns) if (one := named(name)) is not None]
    if isinstance(said, dict) and "value" in said:      # of one property, whose values stand in a column called so
        made.append((said["value"], said["value"]))
    elif said is not None:
        column, table = (said, {}) if isinstance(said, str) else (said.get("column", ""), said.get("table", {}))
        made += [(table.get(text, text), text) for text in found.column(column).unique()] if column in found.given else []
    return made
