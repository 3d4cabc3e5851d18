"""What columns are called in the files of cities, and how well a column's name fits a field."""

import re
import unicodedata
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).parent / "vocabulary.yaml"
REMARK = re.compile(r"[(（\[【].*?[)）\]】]")   # what stands in brackets is a unit or a remark
WRAPPED = re.compile(r"^(?:fields|properties|attributes|record|data)\.(?=.)|(?<=.)\.value$")   # what portals put around a name
CHINESE = "\u2e80"                              # from here on words are not parted by spaces
WHOLE, PART = 0.92, 0.55                        # a name that is the word, a name that holds it


@cache
def words() -> dict[str, list[str]]:
    """The words of each field, the likeliest first."""
    read: dict[str, list[str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return read


def plain(name: str) -> str:
    """A column's name in small letters, its words parted by single spaces, without what stands in brackets or around it."""
    name = WRAPPED.sub("", name)
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", unicodedata.normalize("NFKC", name))
    without = REMARK.sub(" ", spaced) if REMARK.sub("", spaced).strip() else spaced
    return " ".join(re.sub(r"[\W_]+", " ", without.casefold()).split())


def likeness(field: str, column: str) -> float:
    """How well a column's name fits a field: near 1 it is a word that the field goes by, 0 it has nothing of one."""
    name = plain(column)
    best = 0.0
    for rank, word in enumerate(words().get(field, [field.replace("_", " ")])):
        early = max(0.0, 0.08 - 0.002 * rank)     # the first words of a list say most
        if name == word:
            return WHOLE + early
        if holds(name, word):
            best = max(best, PART + early + 0.02 * min(len(word), 10))
    return best


def holds(name: str, word: str) -> bool:
    """Whether a name has the word as a part: a whole word, or for Chinese its beginning or end."""
    if word[0] < CHINESE:
        return len(word) > 2 and f" {word} " in f" {name} "
    return len(word) > 1 and (name.startswith(word) or name.endswith(word))
