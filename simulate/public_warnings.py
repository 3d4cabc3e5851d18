"""Public warnings, as the weather and the air of the day call for them."""

from dataclasses import dataclass
from typing import Any

from simulate import moments
from simulate.chance import drift, stream
from simulate.moments import DAY, HOUR
from simulate.world import World

Row = dict[str, Any]

LONGEST = 3                  # days a warning may last
CALLED_OFF = 0.3


@dataclass(frozen=True)
class Hazard:
    """What is warned of: from which strengths, in which words."""

    key: str
    zh: str
    en: str
    thresholds: tuple[float, float, float]   # minor, moderate, severe
    hours: int
    advice_zh: str
    advice_en: str


HAZARDS = (
    Hazard("heat", "高温", "Heat", (32.0, 34.0, 37.0), 10, "减少午后户外活动", "stay out of the afternoon sun"),
    Hazard("cold", "寒潮", "Cold", (6.0, 11.0, 14.0), 14, "注意防寒保暖", "keep warm and look after neighbours"),
    Hazard("wind", "大风", "Wind", (14.5, 18.0, 24.0), 8, "加固户外物品", "secure what stands outdoors"),
    Hazard("flood", "暴雨内涝", "Flood", (12.0, 25.0, 50.0), 8, "避开低洼路段", "keep away from low roads"),
    Hazard("air", "空气污染", "Air quality", (1.5, 2.2, 2.9), 18, "敏感人群减少外出", "sensitive people should stay in"),
)
SEVERITIES = ("minor", "moderate", "severe")
COLOURS = (("蓝色", "Advisory"), ("黄色", "Watch"), ("橙色", "Warning"))


def rows(world: World, after: int, until: int) -> list[Row]:
    """The warnings of which there is news in (after, until], as they stand at the end of it."""
    found = []
    for day in range(after // DAY - LONGEST, until // DAY + 1):
        for sent, ended, row in _day(world, day):
            called_off = ended is not None and ended <= until
            if after < sent <= until or (called_off and ended is not None and ended > after):
                found.append(row | ({"ended_at": moments.text(ended)} if called_off and ended is not None else {}))
    return found


def _day(world: World, day: int) -> list[tuple[int, int | None, Row]]:
    """The warnings sent on one UTC day: instant, instant of being called off, row."""
    return [
        _warning(world, day, hazard, level)
        for hazard in HAZARDS
        if (level := _level(hazard, _strength(world, hazard.key, day))) > _level(hazard, _strength(world, hazard.key, day - 1))
    ]


def _strength(world: World, hazard: str, day: int) -> float:
    """How strong the hazard is on a day, in the units of its thresholds."""
    sky = world.weather
    match hazard:
        case "heat":
            return float(sky.day(sky.temperature, day).max())
        case "cold":
            return -float(sky.day(sky.temperature, day).min())
        case "wind":
            return float(sky.day(sky.gust, day).max())
        case "flood":
            return float(sky.day(sky.rain, day).sum())
        case _:
            return float(drift(world.seed, "haze", day, 1, 4.0)[0])


def _level(hazard: Hazard, strength: float) -> int:
    """How many of the thresholds are reached."""
    return sum(strength >= threshold for threshold in hazard.thresholds)


def _warning(world: World, day: int, hazard: Hazard, level: int) -> tuple[int, int | None, Row]:
    chance = stream(world.seed, f"warning {hazard.key}", day)
    sent = day * DAY + int(chance.integers(0, 4 * HOUR))
    onset = sent + int(chance.integers(1, 5)) * HOUR
    expires = onset + (hazard.hours + int(chance.integers(0, 8))) * HOUR
    ended = int(onset + 0.7 * (expires - onset)) if chance.random() < CALLED_OFF else None
    everywhere = hazard.key in ("heat", "cold", "air") or level == len(SEVERITIES)
    boroughs = list(world.pack.boroughs.values())
    region, area = (world.pack.city_region, "") if everywhere else boroughs[int(chance.integers(0, len(boroughs)))]
    colour_zh, colour_en = COLOURS[level - 1]
    return sent, ended, {
        "id": f"{world.seed}-W{moments.compact(day)}-{hazard.key}", "severity": SEVERITIES[level - 1], "region": region,
        "event_zh": hazard.zh, "event_en": hazard.en,
        "headline_zh": f"{hazard.zh}{colour_zh}预警：{hazard.advice_zh}",
        "headline_en": f"{hazard.en} {colour_en.lower()}{f' for {area}' if area else ''}: {hazard.advice_en}",
        "sent_at": moments.text(sent), "onset_at": moments.text(onset), "expires_at": moments.text(expires),
    }
