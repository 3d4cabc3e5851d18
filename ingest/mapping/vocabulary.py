"""What columns are called in the files of cities, and how well a column's name fits a field."""

import re
import unicodedata
from functools import cache
from pathlib import Path

import yaml

from ingest.mapping.languages import told
from ingest.mapping.scripts import VOWELS, bare, simplified, unparted

FILE = Path(__file__).parent / "vocabulary.yaml"
REMARK = re.compile(r"[(（\[【].*?[)）\]】]")   # what stands in brackets is a unit or a remark
WRAPPED = re.compile(r"^(?:fields|properties|attributes|record|data)\.(?=.)|(?<=.)\.value$")   # what portals put around a name
WHOLE, PART = 0.92, 0.55                        # a name that is the word, a name that holds it


@cache
def words() -> dict[str, dict[str, int]]:
    """The words of each field, as `plain` writes them, and how many of their list are likelier."""
    made: dict[str, dict[str, int]] = {}
    for listed in (yaml.safe_load(FILE.read_text(encoding="utf-8")), *told("columns")):
        for field, several in listed.items():
            known = made.setdefault(field, {})
            for rank, word in enumerate(map(plain, several)):
                known[word] = min(rank, known.get(word, rank))
    return made


def plain(name: str) -> str:
    """A column's name in small letters and simplified characters, without accents, its words parted by single spaces, without
    what stands in brackets or around it."""
    name = WRAPPED.sub("", name)
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", unicodedata.normalize("NFKC", name))
    without = REMARK.sub(" ", spaced) if REMARK.sub("", spaced).strip() else spaced
    return " ".join(re.sub(rf"(?:[^\w{'-'.join(VOWELS)}]|_)+", " ", simplified(bare(without)).casefold()).split())


@cache
def likeness(field: str, column: str) -> float:
    """How well a column's name fits a field: near 1 it is a word that the field goes by, 0 it has nothing of one."""
    name = plain(column)
    known = words().get(field, {plain(field): 0})
    if name in known:
        return WHOLE + early(known[name])
    return max((PART + early(rank) + 0.02 * min(len(word), 10) for word, rank in known.items() if holds(name, word)), default=0.0)


def early(rank: int) -> float:
    """What a word is worth for standing early in its list: the first ones say most."""
    return max(0.0, 0.08 - 0.002 * rank)


def holds(name: str, word: str) -> bool:
    """Whether a name has the word as a part: a whole word, or where words are not parted its beginning or end."""
    if not unparted(word):
        return len(word) > 2 and f" {word} " in f" {name} "
    return len(word) > 1 and (name.startswith(word) or name.endswith(word))
