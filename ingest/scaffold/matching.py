"""Devices called as their readings call them, agencies as cases do."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd

from ingest.mapping.guess import Guess
from ingest.mapping.measures import measures
from ingest.mapping.offers import Guessed
from ingest.mapping.spec import Mapping
from ingest.regions.rows import GEOMETRY
from ingest.scaffold.found import Found

MOSTLY, HARDLY = 0.9, 0.1       # of what others name, that in a column of the register
NAMES = frozenset(("name", "name_zh", "name_en"))
Drafted = tuple[Found, Guess | None]
Anew = Callable[[Found, str], Guess]
NOT_SURE = ("places", "devices", "agencies")     # subjects whose tables may be a register that others name


def matched(drafts: Sequence[Drafted], anew: Anew) -> list[Guess | None]:
    """The guesses; a table of devices takes its code from the column that readings name, one of agencies from what cases
    name, where that is another column.

    Where no such table has a column of that, one of something less sure that has is (`anew` guesses it so).
    """
    for subject, naming, names in (("devices", "observations", devices), ("agencies", "cases", agencies)):
        named = set().union(*(names(found, guess) for found, guess in drafts if guess and guess.subject == naming))
        if named:
            drafts = as_named(drafts, subject, named, anew)
    return [guess for _, guess in drafts]


def as_named(drafts: Sequence[Drafted], subject: str, named: set[str], anew: Anew) -> list[Drafted]:
    """The guesses with a register of a subject that holds what others name."""
    if not any(guess and guess.subject == subject and lists(found, named) for found, guess in drafts):
        unsure = [(guess is None or guess.subject in NOT_SURE) and lists(found, named) for found, guess in drafts]
        drafts = [(found, anew(found, subject) if taken else guess)
                  for (found, guess), taken in zip(drafts, unsure, strict=True)]
    return [(found, renamed(found, guess, named) if guess and guess.subject == subject else guess) for found, guess in drafts]


def lists(found: Found, named: set[str]) -> bool:
    """Whether a table has a column of what others name, a row each."""
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


def agencies(found: Found, guess: Guess) -> set[str]:
    """The agencies that a table of cases names."""
    steps = guess.mapping().get("steps", {}).values()
    columns = {step["agency"] for step in steps if isinstance(step, dict) and "agency" in step}
    return set().union(*(set(found.column(column)) for column in columns)) - {""}


def renamed(found: Found, guess: Guess, named: set[str]) -> Guess:
    """The guess, with its code from a column that holds what readings name."""
    code = next((one for one in guess.fields if one.field == "code"), None)
    shares = {str(column): share(found.column(str(column)), named) for column in found.rows.columns if column != GEOMETRY}
    best = max(shares, key=lambda column: shares[column], default=None)
    if best is None or shares[best] < MOSTLY or (code is not None and shares.get(str(code.value), 0.0) > HARDLY):
        return guess
    taken = Guessed("code", best, 1.0, f"other files name these as {best} does")
    rest = tuple(one for one in guess.fields if one.field != "code" and (one.field in NAMES or one.value != best))
    missing = tuple(name for name in guess.missing if name != "code")
    return replace(guess, fields=(taken, *rest), missing=missing, unused=tuple(name for name in guess.unused if name != best))


def share(cells: "pd.Series[str]", named: set[str]) -> float:
    """How many of the named a column holds."""
    return len(named & set(cells)) / len(named)
