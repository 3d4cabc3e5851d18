"""The child regions, ranked by the indicator that the map shows; where they are few, also the worst painted below them."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from dash import html

from data_access.city import Region
from data_access.readings import ChildReading
from indicators.reading import Reading
from layouts import figures, formats, links, states
from layouts.look import Look

LEAST = 2            # so few of the lower list are not worth their heading
STRANGE = 4.0        # times the middle value: a region beyond that must not shorten the others' bars to nothing
ONE_LINE = 105       # units of the charts' letters: longer names need a second line


@dataclass(frozen=True)
class Room:
    """How many rows a wall has room for: of the first list, of both lists, and at most of the lower one."""

    first: int
    both: int
    lower: int


USUAL, WIDE = Room(first=9, both=10, lower=5), Room(first=19, both=19, lower=14)   # the style sheet hides WIDE's rest elsewhere


def ranking(look: Look, parts: Sequence[ChildReading], below: Sequence[ChildReading] = ()) -> list[Any]:
    """Draw the ranking; regions without a comparable value are counted, not ranked.

    `below` are those that the map paints, which may be the same: the worst of a lower level stand in a list of their own.
    """
    if not parts:
        return [html.P(look.say("ranking.leaf"), className="t3")]
    ranked = order(parts)
    longest, end = most(ranked), whole_bar(ranked)
    rows = [row(look, number, part, longest, end, name_of(number, USUAL.first))
            for number, part in enumerate(ranked[:WIDE.first], start=1)]
    unknown = [unranked(look, part, name_of(number, USUAL.first)) for number, part in
               enumerate(others(parts, WIDE.first - len(rows)), start=len(rows) + 1)]
    return [html.Table([html.Caption(heading(look, parts)), html.Tbody([*rows, *unknown])], className="rank"),
            *rest(look, parts, USUAL, "more not-wide"), *rest(look, parts, WIDE, "more wide"), *lower(look, parts, below)]


def name_of(number: int, usual: int) -> str:
    """The class of a row that only a very wide wall has room for."""
    return "wide" if number > usual else ""


def lower(look: Look, parts: Sequence[ChildReading], below: Sequence[ChildReading]) -> list[Any]:
    """The worst regions of the level painted beneath, as many as there is room for; nothing where it is the same level."""
    ranked = order(below)
    usual, wide = (lower_rows(room, len(parts), len(ranked)) for room in (USUAL, WIDE))
    if not wide or ranked[0].region.level <= parts[0].region.level:
        return []
    longest, end = most(ranked), whole_bar(ranked)
    rows = [row(look, at, part, longest, end, name_of(at, usual)) for at, part in enumerate(ranked[:wide], start=1)]
    counts = {"not-wide": usual, "wide": wide}
    told = [html.Span(lower_caption(look, ranked, count), className=name) for name, count in counts.items()]
    return [html.Table([html.Caption(told), html.Tbody(rows)], className="rank lower" if usual else "rank lower wide")]


def lower_rows(room: Room, above: int, known: int) -> int:
    """How many of `known` regions the lower list shows below `above` rows of the first, never all; none for too few."""
    rows = min(room.lower, room.both - above, known - 1)
    return rows if rows >= LEAST else 0


def lower_caption(look: Look, ranked: Sequence[ChildReading], rows: int) -> str:
    """Which regions the lower list shows, and how many."""
    key = "ranking.highest_of" if ranked[0].reading.indicator.better == "neither" else "ranking.worst_of"
    return look.say(key, level=look.read(look.city.levels[ranked[0].region.level].name), n=rows)


def order(parts: Sequence[ChildReading]) -> list[ChildReading]:
    """The comparable regions: the worst first, or the highest where there is no better and worse."""
    known = [part for part in parts if part.reading.value is not None and part.reading.status in ("ok", "stale")]
    upward = bool(parts) and parts[0].reading.indicator.better == "higher"
    return sorted(known, key=lambda part: (part.reading.value or 0.0) * (1 if upward else -1))


def others(parts: Sequence[ChildReading], room: int) -> list[ChildReading]:
    """The regions that cannot be ranked, as far as there is room for them."""
    return [part for part in parts if part.reading.value is None or part.reading.status not in ("ok", "stale")][:max(room, 0)]


def most(parts: Sequence[ChildReading]) -> float:
    """The largest value of all."""
    return max((abs(part.reading.value or 0.0) for part in parts), default=0.0) or 1.0


def whole_bar(parts: Sequence[ChildReading]) -> float:
    """What a whole bar stands for: the largest value, but so little that half of the bars can still be told apart."""
    values = [abs(part.reading.value or 0.0) for part in parts]
    return min(most(parts), STRANGE * median(values)) if values and median(values) > 0 else most(parts)


def heading(look: Look, parts: Sequence[ChildReading]) -> Any:
    """What is ranked how; it leads to the page where all of them can be sorted, each with its course."""
    there = links.to_indicator_page(look.view, parts[0].reading.indicator.key)
    return links.link([caption(look, parts), html.I(" ↗", **{"aria-hidden": "true"})], there, title=look.say("page.indicator"))


def caption(look: Look, parts: Sequence[ChildReading]) -> str:
    """Which regions, in which order, compared with when."""
    better = parts[0].reading.indicator.better
    level = look.read(look.city.levels[parts[0].region.level].name)
    key = "ranking.highest" if better == "neither" else "ranking.worst"
    told = look.say(key, level=level)
    if look.view.mode == "heat":     # the legend above tells of their density
        told = f"{look.read(parts[0].reading.indicator.title)} · {told}"
    return f"{told} · {look.say('ranking.week')}" if any(moved(look, part.reading, 0.0) for part in parts) else told


def row(look: Look, number: int, part: ChildReading, longest: float, end: float, name: str = "") -> html.Tr:
    """One region: rank, name, bar, value, change since last week. A bar that goes on beyond its `end` is broken."""
    region, reading = part.region, part.reading
    share = max(reading.value or 0.0, 0.0) / end
    bar = f"{reading.target_state or ''}{' beyond' if share > 1 else ''}".strip()
    shown = formats.quantity(reading.value, reading.indicator, look.language)
    unit = shown.unit if shown.unit[:1] in "万亿kMb" and shown.unit else ""
    return html.Tr([
        html.Td(str(number), className="n"), named(look, region),
        html.Td(html.I(style={"width": f"{min(share, 1.0) * 100:.0f}%"}, className=bar), className="bar"),
        html.Td([shown.digits, html.Small(unit[:1]) if unit else ""], className="v"),
        html.Td(moved(look, reading, longest), className="d"),
    ], className=f"{name} {'stale' if reading.status == 'stale' else ''}".strip())


def named(look: Look, region: Region) -> html.Th:
    """A region's name, which leads to it; a long one is set in two lines of smaller letters."""
    name = look.read(region.name)
    return html.Th(links.link(name, links.to_region(look.view, region.code)), scope="row",
                   className="name long" if figures.breadth(name) > ONE_LINE else "name")


def moved(look: Look, reading: Reading, longest: float) -> str:
    """The change since the same weekday last week, as briefly as it goes, in one way for the whole list."""
    now = reading.value if reading.comparable is None else reading.comparable
    change = formats.change(reading.indicator, now, reading.last_week, look.language, among=longest)
    if change is None or reading.status == "stale":
        return ""
    return f"{change.arrow} {change.size.split(' ')[0]}" if change.arrow else formats.NONE


def unranked(look: Look, part: ChildReading, name: str = "") -> html.Tr:
    """One region that is not ranked, with the reason's word."""
    region, reading = part.region, part.reading
    return html.Tr([html.Td("", className="n"), named(look, region),
                    html.Td(states.reading_word(reading, look.language), className="t3 word", colSpan=3)], className=name)


def rest(look: Look, parts: Sequence[ChildReading], room: Room, name: str) -> list[Any]:
    """How many more there are than there is room for; it leads to them all."""
    left = len(parts) - room.first
    if left <= 0:
        return []
    there = links.to_indicator(look.view, parts[0].reading.indicator.key)
    return [links.link(look.say("ranking.more", n=left), there, className=name)]
