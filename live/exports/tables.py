"""The tables that can be taken away: each the same readings as its page, in one row each."""

from collections.abc import Callable, Sequence
from datetime import datetime

from data_access import every_row
from data_access.every_row import Column, Line
from data_access.movers import movers
from data_access.organizations import scores
from indicators.definition import Indicator
from indicators.library import INDICATORS
from indicators.reading import Reading
from indicators.text import LANGUAGES, Text
from indicators.units import UNITS
from layouts import movement, states
from layouts.look import Look
from layouts.words import WORDS
from live.desk import Desk
from live.exports import about
from live.exports.orders import Order
from live.exports.sheet import Facts, Sheet
from live.pages import reads
from live.pages.region import heroes, told

CODES = {"Channel": "channel.", "State": "case."}   # columns of facts whose codes the screen has words for
MEASURED = (
    Column(Text("数值", "Value"), "number"), Column(Text("单位", "Unit")), Column(Text("状态", "State")),
    Column(Text("数据条数", "Facts"), "number"), Column(Text("可比部分", "Comparable part"), "number"),
    Column(Text("前一时段", "Period before"), "number"), Column(Text("上周同期", "Same a week ago"), "number"),
    Column(Text("去年同期", "Same a year ago"), "number"), Column(Text("数据截至", "Newest datum"), "instant"),
    Column(Text("模拟", "Simulated"), "flag"),
)
REGION = (Column(Text("区域代码", "Region code")), Column(Text("区域", "Region")))
INDICATOR = (Column(Text("指标代码", "Indicator key")), Column(Text("指标", "Indicator")), Column(Text("维度", "Dimension")))
TARGET = (
    Column(Text("达标线", "Good from"), "number"), Column(Text("不达标线", "Bad beyond"), "number"),
    Column(Text("名次", "Rank"), "number"), Column(Text("参与排名", "Ranked among"), "number"),
    Column(Text("口径", "Definition")),
)
CHANGE = (
    *INDICATOR[:2], Column(Text("变化", "Change")), Column(Text("前一时段", "Period before"), "number"),
    Column(Text("本时段可比部分", "Comparable part"), "number"), Column(Text("差", "Difference"), "number"),
    Column(Text("单位", "Unit")), Column(Text("算式", "The sum")),
)
AGENCY = (
    Column(Text("部门代码", "Agency code")), Column(Text("部门", "Agency")), Column(Text("等级", "Band")),
    Column(Text("综合分", "Composite"), "number"), Column(Text("受理案件", "Cases given"), "number"),
    Column(Text("在办", "Open"), "number"), Column(Text("超期", "Overdue"), "number"),
    Column(Text("挂起", "Suspended"), "number"), Column(Text("模拟", "Simulated"), "flag"),
)


def table(desk: Desk, order: Order) -> tuple[Sheet, Facts]:
    """The table that is asked for, and what its file says of itself. Raises: DataUnavailable."""
    return TABLES[order.what](desk, order)


def facts(desk: Desk, order: Order) -> tuple[Sheet, Facts]:
    """All facts behind one number."""
    indicator = chosen(order)
    language = desk.look.language
    books = {column: {key.removeprefix(prefix): text[language] for key, text in WORDS.items() if key.startswith(prefix)}
             for column, prefix in CODES.items()}
    asked = every_row.Order(desk.city, indicator, order.view.scope, desk.tick.now)
    found = every_row.every_row(desk.engine, asked, books)
    sheet = Sheet(desk.look.read(indicator.title), found.columns, found.pieces, language)
    return sheet, about.of_indicator(desk, indicator, reads.yearly(desk, [indicator])[indicator.key])


def regions(desk: Desk, order: Order) -> tuple[Sheet, Facts]:
    """One indicator in the regions right below; in the region itself where there are none."""
    indicator = chosen(order)
    own = reads.yearly(desk, [indicator])[indicator.key]
    below = reads.children(desk, [indicator]).get(indicator.key) or {desk.region.region_id: own}
    names = desk.city.regions
    rows = [[names[one].code, desk.look.read(names[one].name), *measured(desk.look, reading)] for one, reading in below.items()]
    sheet = Sheet(desk.look.read(indicator.title), (*REGION, *MEASURED), [rows], desk.look.language)
    return sheet, about.of_indicator(desk, indicator, own)


def scorecard(desk: Desk, _: Order) -> tuple[Sheet, Facts]:
    """Every indicator of the region, with its place among the region's siblings."""
    return carded(desk, desk.look.say("take.scorecard"), tuple(INDICATORS.values()))


def briefing(desk: Desk, _: Order) -> tuple[Sheet, Facts]:
    """The indicators that a briefing tells of."""
    return carded(desk, desk.look.say("take.briefing"), told())


def carded(desk: Desk, title: str, indicators: Sequence[Indicator]) -> tuple[Sheet, Facts]:
    """These indicators of the region."""
    look, lines = desk.look, reads.lines(desk, indicators)
    rows = []
    for line in lines.values():
        one = line.reading.indicator
        limits = (None, None) if one.target is None else (one.target.good, one.target.bad)
        rank = (None, None) if line.rank is None else (line.rank.place, line.rank.of)
        rows.append([one.key, look.read(one.title), look.say(f"dimension.{one.dimension}"), *measured(look, line.reading),
                     *limits, *rank, look.read(one.definition)])
    return (Sheet(title, (*INDICATOR, *MEASURED, *TARGET), [rows], look.language),
            about.of_scope(desk, title, marked=any(line.reading.simulated for line in lines.values())))


def organizations(desk: Desk, order: Order) -> tuple[Sheet, Facts]:
    """Every agency with cases in the region, with its score and what it is made of."""
    look = desk.look
    found = scores(desk.engine, desk.city, order.view.scope, desk.tick.now)
    parts = list(dict.fromkeys(part.indicator.key for one in found for part in one.parts))
    columns = [Column(name, "number") for key in parts for name in (INDICATORS[key].title, pointed(INDICATORS[key].title))]
    rows = []
    for one in found:
        held = {part.indicator.key: part for part in one.parts}
        rows.append([one.code, look.read(one.name), one.band, one.composite, one.load, one.open, one.overdue, one.suspended,
                     one.simulated, *(number for key in parts for number in (
                         (held[key].value, held[key].points) if key in held else (None, None)))])
    title = look.say("take.organizations")
    return (Sheet(title, (*AGENCY, *columns), [rows], look.language),
            about.of_scope(desk, title, marked=any(one.simulated for one in found)))


def changes(desk: Desk) -> Sheet:
    """What got better and what got worse, with the sum behind each."""
    look = desk.look
    found = movers(line.reading for line in reads.lines(desk, told()).values())
    rows = [[one.reading.indicator.key, look.read(one.reading.indicator.title),
             look.say("region.better" if one.better else "region.worse"), one.before, one.after, one.change,
             UNITS[one.reading.indicator.unit].symbol[look.language], movement.arithmetic(look, one)]
            for one in movement.apart(found)]
    return Sheet(look.say("briefing.moved"), CHANGE, [rows], look.language)


def below(desk: Desk) -> list[Sheet]:
    """The leading indicators in the regions right below; nothing at the bottom of the tree."""
    look, leading = desk.look, heroes()
    found, regions = reads.children(desk, leading), desk.city.children(desk.region)
    columns = [*REGION, *(Column(unit_named(one), "number") for one in leading)]
    rows = [[region.code, look.read(region.name), *(found[one.key][region.region_id].value for one in leading)]
            for region in regions]
    return [Sheet(look.say("take.regions"), columns, [rows], look.language)] if rows else []


def more(desk: Desk, order: Order) -> list[Sheet]:
    """What a workbook has beside its table."""
    return [changes(desk), *below(desk)] if order.what == "briefing" else []


POINTS = Text("得分", "points")
TABLES: dict[str, Callable[[Desk, Order], tuple[Sheet, Facts]]] = {
    "facts": facts, "regions": regions, "scorecard": scorecard, "organizations": organizations,
    "briefing": briefing,
}


def unit_named(indicator: Indicator) -> Text:
    """An indicator with its unit, as a column's head."""
    symbol = UNITS[indicator.unit].symbol
    return Text(*(f"{indicator.title[one]} ({symbol[one]})" if symbol[one] else indicator.title[one] for one in LANGUAGES))


def pointed(title: Text) -> Text:
    """The points that an agency has for an indicator."""
    return Text(*(f"{title[language]} · {POINTS[language]}" for language in LANGUAGES))


def chosen(order: Order) -> Indicator:
    """The indicator of an order of one."""
    assert order.indicator is not None
    return order.indicator


def measured(look: Look, reading: Reading) -> Line:
    """A reading in cells."""
    return [reading.value, UNITS[reading.indicator.unit].symbol[look.language], states.reading_word(reading, look.language),
            reading.n, reading.comparable, reading.previous, reading.last_week, reading.last_year,
            local(look, reading.data_at), reading.simulated]


def local(look: Look, at: datetime | None) -> datetime | None:
    """An instant by the city's clock."""
    return None if at is None else at.astimezone(look.zone).replace(tzinfo=None, microsecond=0)
