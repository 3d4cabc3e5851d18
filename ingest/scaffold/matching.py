"""Devices called as their readings call them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd

from ingest.mapping.guess import Guess, Guessed
from ingest.mapping.measures import measures
from ingest.mapping.spec import Mapping
from ingest.regions.rows import GEOMETRY
from ingest.scaffold.found import Found

MOSTLY, HARDLY = 0.9, 0.1       # of the devices that readings name, those in a column of the devices' table
Drafted = tuple[Found, Guess | None]


def matched(drafts: Sequence[Drafted], anew: Callable[[Found], Guess]) -> list[Guess | None]:
    """The guesses; a table of devices takes its code from the column that readings name, where that is another one.

    Where no table of devices has such a column, one of places or of nothing that is known that has is (`anew` guesses it so).
    """
    named = set().union(*(devices(found, guess) for found, guess in drafts if guess and guess.subject == "observations"))
    if named and not any(guess and guess.subject == "devices" and lists(found, named) for found, guess in drafts):
        drafts = [(found, anew(found) if (guess is None or guess.subject == "places") and lists(found, named) else guess)
                  for found, guess in drafts]
    return [renamed(found, guess, named) if guess and guess.subject == "devices" and named else guess for found, guess in drafts]


def lists(found: Found, named: set[str]) -> bool:
    """Whether a table has a column of the devices that readings name, a row each."""
    columns = [found.column(str(column)) for column in found.rows.columns if column != GEOMETRY]
    return any(cells.is_unique and share(cells, named) >= MOSTLY for cells in columns)


def devices(found: Found, guess: Guess) -> set[str]:
    """The devices that a table of readings names."""
    mapping = guess.mapping()
    pattern = mapping.get("long", {}).get("pattern")
    if pattern is not None and "(?P<device>" in pattern:
        long = Mapping.model_validate({"long": {"pattern": pattern}}).long
        assert long is not None
        return {one.constants["device"] for one in measures(long, list(map(str, found.rows.columns)), frozenset(), found.file)}
    value = mapping.get("columns", {}).get("device")
    column = value if isinstance(value, str) else (value or {}).get("column")
    return set(found.column(column)) - {""} if column is not None else set()


def renamed(found: Found, guess: Guess, named: set[str]) -> Guess:
    """The guess, with its code from a column that holds what readings name."""
    code = next((one for one in guess.fields if one.field == "code"), None)
    shares = {str(column): share(found.column(str(column)), named) for column in found.rows.columns if column != GEOMETRY}
    best = max(shares, key=lambda column: shares[column], default=None)
    if best is None or shares[best] < MOSTLY or (code is not None and shares.get(str(code.value), 0.0) > HARDLY):
        return guess
    taken = Guessed("code", best, 1.0, f"readings name their devices as {best} does")
    rest = tuple(one for one in guess.fields if one.field != "code" and not (one.field != "name" and one.value == best))
    missing = tuple(name for name in guess.missing if name != "code")
    return replace(guess, fields=(taken, *rest), missing=missing, unused=tuple(name for name in guess.unused if name != best))


def share(cells: "pd.Series[str]", named: set[str]) -> float:
    """How many of the named a column holds."""
    return len(named & set(cells)) / len(named)
