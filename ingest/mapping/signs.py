"""What speaks for a subject in the names of a table's file, sheet and columns."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import yaml

from ingest.mapping.vocabulary import CHINESE, plain

FILE = Path(__file__).parent / "signs.yaml"
FILE_SAYS, COLUMN_SAYS, MOST = 0.6, 0.2, 0.8     # what a file's name is worth, a column's, and all together


@cache
def signs() -> dict[str, list[str]]:
    """The words that speak for each subject."""
    read: dict[str, list[str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return read


def spoken(subject: str, called: str, columns: Iterable[str]) -> float:
    """How much names speak for a subject: its words in what the table is `called`, and in its columns."""
    words = signs().get(subject, [])
    by_file = FILE_SAYS if has_one(plain(called), words) else 0.0
    return min(MOST, by_file + COLUMN_SAYS * sum(has_one(plain(column), words) for column in columns))


def has_one(name: str, words: Iterable[str]) -> bool:
    """Whether a name has one of the words, which in Chinese stand anywhere in it."""
    return any(word in name if word[0] >= CHINESE or word.isdigit() else f" {word} " in f" {name} " for word in words)
