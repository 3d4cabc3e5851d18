"""Regions by code or by name: full and half width, case, spaces and words such as 街道 or "Borough of" make no difference.

A name that several regions bear is refused with all of them, unless a level or a region above tells
them apart; nothing is guessed.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from ingest.mapping.languages import of_regions
from ingest.mapping.scripts import unparted

SUFFIXES = ("街道办事处", "社区居委会", "社区居民委员会", "居民委员会", "村民委员会", "居委会", "村委会", "自治州", "自治县",
            "地区", "街道", "社区", "新区", "区", "县", "市", "镇", "乡", "村", "borough", "district", "county", "town",
            "township", "ward", "city", "arrondissement", "bezirk", "distrito", "barrio", "comuna", "municipio")
PREFIXES = ("borough of", "city of", "town of", "county of", "district of", "the ")
SHORTEST = 2       # letters that must be left of a name
TOLD = 5           # namesakes that a reason names


@dataclass(frozen=True)
class Namesakes:
    """Why a region was not found: none of that name, or several."""

    codes: tuple[str, ...]


@dataclass(frozen=True)
class RegionIndex:
    """The city's regions: codes, names in both languages, parents' codes ("" for the city), levels, and the levels' keys."""

    codes: Sequence[str]
    names_zh: Sequence[str]
    names_en: Sequence[str]
    parents: Sequence[str]
    levels: Sequence[int]
    level_keys: Sequence[str]
    level: dict[str, int] = field(init=False)
    above: dict[str, str] = field(init=False)
    called: dict[str, str] = field(init=False)
    by_short_code: dict[str, list[str]] = field(init=False)
    by_name: dict[str, list[str]] = field(init=False)
    by_loose_name: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        """Index the regions by everything that they are called."""
        short, exact, loose = defaultdict(list), defaultdict(list), defaultdict(list)
        for code, zh, en in zip(self.codes, self.names_zh, self.names_en, strict=True):
            short[short_code(code)].append(code)
            for key in {plain(zh), plain(en)} - {""}:
                exact[key].append(code)
            for key in {bare(zh), bare(en)} - {""}:
                loose[key].append(code)
        for name, made in (("by_short_code", short), ("by_name", exact), ("by_loose_name", loose),
                           ("level", dict(zip(self.codes, self.levels, strict=True))),
                           ("above", dict(zip(self.codes, self.parents, strict=True))),
                           ("called", dict(zip(self.codes, self.names_zh, strict=True)))):
            object.__setattr__(self, name, dict(made))

    def find(self, written: str, by_name: bool, level: str | None = None, parent: str | None = None) -> str | Namesakes:
        """The code of the region that is written so; or those it could be, none or several."""
        if by_name:
            ways = [names.get(key, []) for key in (plain(written), bare(written)) for names in (self.by_name, self.by_loose_name)]
        else:
            ways = [[written] if written in self.level else [], self.by_short_code.get(short_code(written), [])]
        several: tuple[str, ...] = ()
        for way in ways:
            left = self.below(self.at_level(way, level), parent)
            if len(left) == 1:
                return left[0]
            several = several or tuple(left)
        return Namesakes(several)

    def at_level(self, codes: Sequence[str], level: str | None) -> list[str]:
        """Those of a level."""
        if level is None:
            return list(codes)
        return [code for code in codes if self.level_keys[self.level[code]] == level]

    def below(self, codes: Sequence[str], parent: str | None) -> list[str]:
        """Those below a region that is given by its code or name."""
        if parent is None or not codes:
            return list(codes)
        tops = {parent, *self.by_short_code.get(short_code(parent), []), *self.by_name.get(plain(parent), []),
                *self.by_loose_name.get(bare(parent), [])}
        return [code for code in codes if tops & set(self.chain(code))]

    def chain(self, code: str) -> Iterable[str]:
        """The regions above, nearest first."""
        while code := self.above.get(code, ""):
            yield code

    def told(self, namesakes: Namesakes) -> str:
        """The regions that a name could mean, for a person."""
        names = [f"{self.called[code]} ({code}" + (f", in {self.called[self.above[code]]})" if self.above.get(code) else ")")
                 for code in namesakes.codes[:TOLD]]
        return ", ".join(names) + (" …" if len(namesakes.codes) > TOLD else "")


def plain(name: str) -> str:
    """A name whose width, case, spaces and marks make no difference."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", name).casefold() if letter.isalnum())


@cache
def prefixes() -> tuple[str, ...]:
    """What stands before a name and only says what kind of region it is, as languages have it."""
    return (*PREFIXES, *(word if unparted(word) else f"{word} " for word in sorted(of_regions("before"), key=len, reverse=True)))


@cache
def suffixes() -> tuple[str, ...]:
    """What stands behind a name and only says what kind of region it is."""
    return (*SUFFIXES, *sorted(map(plain, of_regions("after")), key=len, reverse=True))


def bare(name: str) -> str:
    """A name without the words that only say what kind of region it is."""
    made = unicodedata.normalize("NFKC", name).casefold().strip()
    for prefix in prefixes():
        made = made.removeprefix(prefix)
    made = plain(made)
    for suffix in suffixes():
        if made.endswith(suffix) and len(made) - len(suffix) >= SHORTEST:
            return made.removesuffix(suffix)
    return made


def short_code(code: str) -> str:
    """A code without case and spaces, and a division's code without the zeros that fill it up to 6, 9 or 12 digits."""
    made = "".join(unicodedata.normalize("NFKC", code).upper().split())
    if made.isdigit() and len(made) in (6, 9, 12):
        while len(made) > 6 and made.endswith("000"):
            made = made[:-3]
    return made
