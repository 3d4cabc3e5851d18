"""Which info blocks say the same in several languages, and which of them is shown in Chinese and in English."""

import re
from collections import defaultdict
from collections.abc import Hashable, Sequence

from doors.cap.document import Info

CHINESE = ("zh", "zho", "chi", "cmn", "yue", "chinese", "中文")
ENGLISH = ("en", "eng", "english")
FIRST = {"zh": ("zh-cn", "zh-hans", "zh-hans-cn", "zh"), "en": ("en", "en-us", "en-gb")}
HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
KANA = re.compile("[\u3040-\u30ff\uac00-\ud7af]")
DEFAULT = "en-us"       # of CAP, where a block names no language


def language(info: Info) -> str:
    """The language of a block: as it says; where it says none, what its words look like."""
    said = info.language.strip().lower().replace("_", "-")
    if said:
        return said
    words = info.event + info.headline
    return "zh" if HAN.search(words) and not KANA.search(words) else DEFAULT


def kind(said: str) -> str:
    """"zh" or "en" for what is Chinese or English, else the language itself."""
    first = said.split("-")[0]
    return "zh" if first in CHINESE else "en" if first in ENGLISH else said


def shown(infos: Sequence[Info], wanted: str) -> Info:
    """The block that is shown in Chinese or English: one in that language, else in the other one, else the first."""
    for family in (wanted, "en" if wanted == "zh" else "zh"):
        found = [info for info in infos if kind(language(info)) == family]
        if found:
            first = FIRST[family]
            return min(found, key=lambda info: first.index(language(info)) if language(info) in first else len(first))
    return infos[0]


def parts(infos: Sequence[Info]) -> list[list[Info]]:
    """The blocks by what they are about: those that say the same in other languages together.

    Where every language has as many blocks, they go by their order; else by when, where and how grave. A block that only
    repeats another one is no part of its own.
    """
    repeated = defaultdict(list)
    for info in infos:
        repeated[language(info), matter(info), info.event, info.headline].append(info)
    first = {id(blocks[0]): blocks for blocks in repeated.values()}
    return [[info for one in part for info in first[id(one)]] for part in told_apart([blocks[0] for blocks in repeated.values()])]


def told_apart(infos: Sequence[Info]) -> list[list[Info]]:
    """The same, of blocks that all say something else."""
    by_language = defaultdict(list)
    for info in infos:
        by_language[language(info)].append(info)
    counts = {len(blocks) for blocks in by_language.values()}
    if len(counts) == 1:
        return [list(blocks) for blocks in zip(*by_language.values(), strict=True)]
    made: dict[Hashable, list[Info]] = {}
    seen: dict[Hashable, int] = defaultdict(int)
    for info in infos:
        about = matter(info)
        nth = seen[about, language(info)]
        seen[about, language(info)] += 1
        made.setdefault((about, nth), []).append(info)
    return list(made.values())


def matter(info: Info) -> Hashable:
    """What a block is about, whatever its language."""
    where = tuple((*one.polygons, *one.circles, *one.geocodes) for one in info.areas)
    return (info.category, info.urgency.lower(), info.severity.lower(), info.certainty.lower(), info.effective, info.onset,
            info.expires, where)
