"""The tables that can be taken away: each the same readings as its page, in one row each."""

from collections.abc import Callable, Sequence

from data_access import every_row, quarantine, shares
from data_access.every_row import Column, Line
from data_access.movers import movers
from data_access.organizations import scores
from indicators.definition import Indicator
from indicators.library import INDICATORS
from indicators.reading import Reading
from indicators.splits import FIELDS, splittable
from indicators.text import LANGUAGES, Text
from indicators.units import UNITS
from layouts import formats, movement, parting, states, why_page
from layouts.look import Look
from layouts.words import WORDS
from live.desk import Desk
from live.exports import about, of_source
from live.exports.orders import Order
from live.exports.sheet import Facts, Sheet
from live.pages import comparison as comparisons
from live.pages import reads
from live.pages import reasons as why
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

SIDE = Column(Text("对比项", "Side"))
REASON = (
    Column(Text("代码", "Key")), Column(Text("部分", "Part")), Column(Text("此前", "Before"), "number"),
    Column(Text("此期", "Now"), "number"), Column(Text("此前数据条数", "Facts before"), "number"),
    Column(Text("此期数据条数", "Facts now"), "number"), Column(Text("结构", "Mix"), "number"),
    Column(Text("自身", "Own rate"), "number"), Column(Text("贡献", "Contribution"), "number"), Column(Text("单位", "Unit")),
)
SHARE = (
    Column(Text("按", "By")), Column(Text("代码", "Key")), Column(Text("名称", "Name")), Column(Text("数值", "Value"), "number"),
    Column(Text("单位", "Unit")), Column(Text("数据条数", "Facts"), "number"),
)
SOURCE = (
    Column(Text("代码", "Key")), Column(Text("数据源", "Source")), Column(Text("种类", "Kind")), Column(Text("提供者", "Owner")),
    Column(Text("许可", "Licence")), Column(Text("网址", "Address")), Column(Text("状态", "State")),
    Column(Text("最近收到", "Last received"), "instant"), Column(Text("最新数据", "Newest datum"), "instant"),
    Column(Text("承诺更新（分钟）", "Promised within (minutes)"), "number"), Column(Text("收下", "Taken"), "number"),
    Column(Text("带标记", "Marked"), "number"), Column(Text("拒收", "Rejected"), "number"),
    Column(Text("待处理", "Waiting"), "number"), Column(Text("模拟", "Simulated"), "flag"),
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


def comparison(desk: Desk, _: Order) -> tuple[Sheet, Facts]:
    """The indicators of regions, or of two periods, side by side: a row for each of them."""
    look, sides = desk.look, comparisons.sides(desk)
    rows = [[key, look.read(INDICATORS[key].title), look.say(f"dimension.{INDICATORS[key].dimension}"), side.name,
             *measured(look, side.readings[key])] for key in (one.key for one in told()) for side in sides if side.readings]
    title = f"{look.say('take.comparison')}: {look.say('compare.and').join(side.name for side in sides)}"
    marked = any(reading.simulated for side in sides for reading in side.readings.values())
    return (Sheet(look.say("take.comparison"), (*INDICATOR, SIDE, *MEASURED), [rows], look.language),
            about.of_scope(desk, title, marked=marked))


def reasons(desk: Desk, order: Order) -> tuple[Sheet, Facts]:
    """What each part contributes to an indicator's change, all of them; what no part has is a row of its own."""
    look, indicator, found = desk.look, chosen(order), why.found(desk)
    unit = look.say("points") if indicator.unit == "percent" else UNITS[indicator.unit].symbol[look.language]
    rows: list[Line] = [[one.key, parting.named(look, found.by, one.key, one.name), one.before, one.after, one.n_before,
                         one.n_after, one.mix, one.rate, one.contribution, unit] for one in found.parts]
    if why_page.visible(found, found.rest):   # not what is left of rounding a float
        rows.append(["", look.say("why.rest.name"), None, None, None, None, None, None, found.rest, unit])
    told_of = about.of_indicator(desk, indicator, reads.yearly(desk, [indicator])[indicator.key])
    change = [(look.say("why.title"), look.say(f"why.by.{found.by}")),
              (look.say("why.against"), why_page.against(look, found.against)),
              *(((look.say("why.nothing"), look.read(found.why)),) if found.why is not None else ()),
              *((look.say(f"why.{key}"), formats.quantity(number, indicator, look.language).digits)
                for key, number in (("before", found.before), ("after", found.after)) if number is not None)]
    return Sheet(look.say("take.reasons"), REASON, [rows], look.language), [*told_of, *change]


def breakdown(desk: Desk, order: Order) -> tuple[Sheet, Facts]:
    """An indicator by class, agency and channel: a row for each value of each; none where it has none."""
    look, indicator = desk.look, chosen(order)
    found = () if not splittable(indicator) else shares.shares_by_each(
        desk.engine, desk.city, indicator, desk.scope, desk.tick.now, FIELDS)
    rows = [[look.say(f"filter.{one.by}"), share.key, parting.named(look, one.by, share.key, share.name), share.value,
             UNITS[indicator.unit].symbol[look.language], share.n] for one in found for share in one.shares]
    return (Sheet(look.say("take.breakdown"), SHARE, [rows], look.language),
            about.of_indicator(desk, indicator, reads.yearly(desk, [indicator])[indicator.key]))


def children(desk: Desk, _: Order) -> tuple[Sheet, Facts]:
    """The leading indicators in the regions right below, as the region's page has them."""
    look = desk.look
    found = below(desk)
    sheet = found[0] if found else Sheet(look.say("take.below"), REGION, [[]], look.language)
    marked = any(reading.simulated for each in reads.children(desk, heroes()).values() for reading in each.values())
    return sheet, about.of_scope(desk, look.say("take.below"), marked=marked)


def sources(desk: Desk, _: Order) -> tuple[Sheet, Facts]:
    """Every source with its state and what became of its rows."""
    look, found = desk.look, desk.sources()
    waiting = quarantine.waiting(desk.engine)
    rows = [[one.key, look.read(one.name), look.say(f"source.kind.{one.kind}"), one.owner, one.licence, one.url,
             look.say(f"sources.{one.state(look.now)}"), about.local(look, one.last_received_at), about.local(look, one.last_at),
             None if one.promise is None else one.promise.total_seconds() / 60, one.taken, one.marked, one.rejected,
             waiting.get(one.key, 0), one.simulated] for one in found]
    return (Sheet(look.say("take.sources"), SOURCE, [rows], look.language),
            about.of_scope(desk, look.say("take.sources"), marked=any(one.simulated for one in found)))


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
    "briefing": briefing, "comparison": comparison, "reasons": reasons, "breakdown": breakdown, "below": children,
    "sources": sources, **of_source.TABLES,
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
            about.local(look, reading.data_at), reading.simulated]
