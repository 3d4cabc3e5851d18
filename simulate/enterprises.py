"""The city's enterprises: registered month by month, some of them closed again."""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from simulate import moments
from simulate.chance import pick, stream
from simulate.moments import DAY, HOUR
from simulate.pack import Language
from simulate.words import BETWEEN, FIRST_WORDS, LAST_WORDS
from simulate.world import World

Row = dict[str, Any]

INDUSTRIES = {"retail": 0.2, "catering": 0.14, "construction": 0.11, "manufacturing": 0.05, "logistics": 0.06,
              "information": 0.09, "finance": 0.05,
              "real_estate": 0.07, "health": 0.07, "education": 0.04, "culture": 0.05, "services": 0.07}
YEARS_BACK = 25              # older ones are few enough to leave out
REMEMBERED = 2 * 365 * DAY   # how long a closed one is still told of
LIFE_DAYS = 1_550.0          # the mean
ABNORMAL = 0.05              # the share that is one day found to be absent from its address


def rows(world: World, after: int | None, until: int) -> list[Row]:
    """The enterprises of which there is news in (after, until], as they stand at the end of it.

    Without `after`: all that stand then, and those closed in the two years before.
    """
    newest = moments.date_of(until // DAY)
    months = range((newest.year - YEARS_BACK) * 12, newest.year * 12 + newest.month)
    return [row for month in months for row in _month(world, month, after, until)]


def _month(world: World, month: int, after: int | None, until: int) -> list[Row]:
    start, end = (int(datetime(m // 12, m % 12 + 1, 1, tzinfo=UTC).timestamp()) for m in (month, month + 1))
    chance = stream(world.seed, "enterprises", month)
    n = int(chance.poisson(world.pack.enterprises_per_month * (1 + 0.12 * np.sin(np.pi * month / 6))))
    days = chance.integers(0, (end - start) // DAY, n)
    registered = start + np.sort(days * DAY + ((14 + 8 * chance.random(n)) * HOUR).astype(np.int64))
    life = (chance.exponential(LIFE_DAYS, n).astype(np.int64) + 20) * DAY
    closed = registered + life + chance.integers(-4 * HOUR, 4 * HOUR, n)
    abnormal = np.where(chance.random(n) < ABNORMAL, registered + (0.6 * life).astype(np.int64), np.iinfo(np.int64).max)
    industry = pick(chance, np.array(list(INDUSTRIES.values())), n)
    lot = world.places.within(chance, pick(chance, world.places.weight, n))
    words = chance.integers(0, len(FIRST_WORDS[world.pack.language]), (2, n))
    if after is None:
        told = (registered <= until) & (closed > until - REMEMBERED)
    else:
        told = np.any([(at > after) & (at <= until) for at in (registered, abnormal, closed)], axis=0)
    return [
        _row(world, month, i, str(list(INDUSTRIES)[industry[i]]), (int(words[0, i]), int(words[1, i])), int(lot[i]),
             (int(registered[i]), int(abnormal[i]), int(closed[i])), until)
        for i in np.flatnonzero(told).tolist()
    ]


def _row(world: World, month: int, number: int, industry: str, words: tuple[int, int], lot: int,
         life: tuple[int, int, int], until: int) -> Row:
    registered, abnormal, closed = life
    row: Row = {
        "id": f"{world.seed}-E{date(month // 12, month % 12 + 1, 1):%y%m}-{number:04d}",
        "name": _name(world.pack.language, industry, words),
        "industry": industry, "status": "closed" if closed <= until else "abnormal" if abnormal <= until else "active",
        "registered_at": moments.text(registered), **world.places.sites(np.array([lot]))[0],
    }
    if closed <= until:
        row["closed_at"] = moments.text(closed)
    return row


def _name(language: Language, industry: str, words: tuple[int, int]) -> str:
    """One or two words of fancy, and what it does."""
    fancy = [FIRST_WORDS[language][word] for word in dict.fromkeys(words)]
    return BETWEEN[language].join([*fancy, LAST_WORDS[language][industry]])
