"""What speaks for a subject in the names of a table's file, sheet and columns."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import yaml

from ingest.mapping.languages import beside
from ingest.mapping.scripts import unparted
from ingest.mapping.vocabulary import plain

FILE = Path(__file__).parent / "signs.yaml"
FILE_SAYS, COLUMN_SAYS, MOST = 0.6, 0.2, 0.8     # what a file's name is worth, a column's, and all together


@cache
def signs() -> dict[str, list[str]]:
    """The words that speak for each subject."""
    read = beside(yaml.safe_load(FILE.read_text(encoding="utf-8")), "subjects")
    return {subject: list(map(plain, words)) for subject, words in read.items()}


def spoken(subject: str, called: str, columns: Iterable[str]) -> float:
    """How much names speak for a subject: its words in what the table is `called`, and in its columns."""
    words = signs().get(subject, [])
    by_file = FILE_SAYS if has_one(plain(called), words) else 0.0
    return min(MOST, by_file + COLUMN_SAYS * sum(has_one(plain(column), words) for column in columns))


def has_one(name: str, words: Iterable[str]) -> bool:
    """Whether a name has one of the words, which stand anywhere in it where words are not parted."""
    return any(word in name if unparted(word) or word.isdigit() else f" {word} " in f" {name} " for word in words)
