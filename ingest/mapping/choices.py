"""The few words that a field takes, found in what cities write instead of them."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import yaml

from ingest.mapping.languages import told
from ingest.rows import Field

FILE = Path(__file__).parent / "choices.yaml"


@cache
def words() -> dict[str, dict[str, str]]:
    """Each field's words as they are written, in small letters → the word that the field takes."""
    made: dict[str, dict[str, str]] = {}
    for read in (*told("choices"), yaml.safe_load(FILE.read_text(encoding="utf-8"))):
        for field, taken in read.items():
            made.setdefault(field, {}).update({text.casefold(): word for word, listed in taken.items() for text in listed})
    return made


def fits(field: Field, texts: Iterable[str]) -> bool:
    """Whether any of the texts is known to stand for a word that the field takes."""
    written = words().get(field.name, {})
    return any(text in field.allowed or text.casefold() in written for text in texts)


def table(field: Field, texts: Iterable[str]) -> dict[str, str]:
    """A table from the texts of a column to the words of a field: for those that are known; empty where none is needed."""
    written = words().get(field.name, {})
    known = {text: text if text in field.allowed else written[text.casefold()] for text in texts
             if text in field.allowed or text.casefold() in written}
    return known if any(text != word for text, word in known.items()) else {}
