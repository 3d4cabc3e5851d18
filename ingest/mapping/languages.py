"""What a language calls columns, quantities, subjects and states: a file of its own beside the words that many share.

Within a file the likeliest words of a list stand first. Its parts are `columns` (by field), `properties` and `figures` (by key),
`subjects`, `choices` (by field and what it takes), `flags` (yes and no) and `regions`: what columns of their codes and names and
those of a level are called, on what names of a level end, and what stands before or after a name and says no more.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from ingest.mapping import plain_yaml
from ingest.mapping.scripts import unparted

FOLDER = Path(__file__).parent / "languages"


@cache
def files() -> dict[str, dict[str, Any]]:
    """What each language's file says, by its code."""
    return {file.stem: plain_yaml.load(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.yaml"))}


def told(part: str) -> list[dict[str, Any]]:
    """What each language says of a part."""
    return [said[part] for said in files().values() if part in said]


def beside(shared: dict[str, list[str]], part: str) -> dict[str, list[str]]:
    """The shared words of a part, those of each language behind them."""
    made = {key: list(words) for key, words in shared.items()}
    for said in told(part):
        for key, words in said.items():
            made.setdefault(key, []).extend(words)
    return made


def of_regions(key: str) -> tuple[str, ...]:
    """What all languages say of regions: their words for a code, a name, a level, or around a name."""
    return tuple(word for said in told("regions") for word in said.get(key, ()))


def ends(level: str) -> tuple[str, ...]:
    """On what the names of regions of a level end."""
    return tuple(word for said in told("regions") for word in said.get("ends", {}).get(level, ()))


def among(pattern: str, key: str) -> str:
    """A pattern, or one of the languages' words for something of regions: a whole word, or where words are not parted the
    beginning or the end of one."""
    words = (rf"^{word}|{word}$" if unparted(word) else rf"(?<![^\W_]){re.escape(word)}(?![^\W_])" for word in of_regions(key))
    return "|".join([pattern, *words])
