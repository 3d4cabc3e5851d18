"""Devices that no table lists: those that readings place themselves, and those that only their readings name."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ingest.mapping.guess import Guess
from ingest.mapping.offers import PLACES, UNSURE, Guessed
from ingest.scaffold.found import Found
from ingest.scaffold.matching import devices

NEEDED = ("kind", "name", "interval_s")
LONGEST = 100      # letters of a property's key, and of a device's code


def measuring(guess: Guess, title: str) -> Guess:
    """The guess; of readings that name no property by the column of their values, without a device by their file."""
    columns = guess.mapping().get("columns", {})
    if guess.subject != "observations" or "observed_at" not in columns:
        return guess
    value, more = columns.get("value"), []
    if "property" in guess.missing and value is not None:
        named = str(value if isinstance(value, str) else value["column"])[:LONGEST]
        more.append(Guessed("property", {"value": named}, UNSURE, "no column says what is measured: called as its values are"))
    if "device" in guess.missing and not {"value", "property"} & set(guess.missing) - {one.field for one in more}:
        more.append(Guessed("device", {"value": title[:LONGEST]}, UNSURE, "no column says: the file is taken for one device's"))
    told = {one.field for one in more}
    return replace(guess, fields=(*guess.fields, *more), missing=tuple(name for name in guess.missing if name not in told))


def named(found: Found, guess: Guess) -> set[str]:
    """The devices that a table of readings names, the one of its whole file too."""
    value = guess.mapping().get("columns", {}).get("device")
    return {value["value"]} if isinstance(value, dict) and "value" in value else devices(found, guess)


def listed(drafts: Sequence[tuple[Found, Guess | None]]) -> set[str]:
    """The codes that tables of devices give."""
    codes: set[str] = set()
    for found, guess in drafts:
        code = guess.mapping().get("columns", {}).get("code") if guess is not None and guess.subject == "devices" else None
        if isinstance(code, str):
            codes |= set(found.column(code))
    return codes


def register(found: Found, guess: Guess | None, known: set[str], anew: Callable[[Found, str], Guess]) -> Guess | None:
    """The register of devices that a table of readings is too, as it says where each stands and no other table lists them."""
    if guess is None or guess.subject != "observations":
        return None
    columns = guess.mapping().get("columns", {})
    device = columns.get("device")
    if not isinstance(device, str) or set(found.column(device)) & known:
        return None
    made = anew(found, "devices")
    if not any(one.field in ("lon", "point") for one in made.fields):
        return None
    kept = tuple(one for one in made.fields if one.field in (*PLACES, "crs", "datum") or (
        one.field in ("name", "kind") and one.value not in columns.values()))
    code = Guessed("code", device, 1.0, "the readings name their devices so")
    there = {one.field for one in kept}
    return replace(made, fields=(code, *kept), missing=tuple(name for name in NEEDED if name not in there), unused=())


def unlisted(facts: Sequence[tuple[Found, Guess | None, Guess | None]]) -> list[str]:
    """The devices that readings name, and that neither a table lists nor they place.

    `facts` are tables with their guesses and, of readings that place their devices, the registers.
    """
    known = listed([(found, guess) for found, guess, _ in facts])
    names = [named(found, guess) for found, guess, own in facts if guess and guess.subject == "observations" and own is None]
    return sorted(set().union(*names) - known - {""})
