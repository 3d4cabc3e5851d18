"""Made-up readings and records of New York, to look at the screen without a city behind it. Tests only."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from data_access.agencies import AgencyLoad
from data_access.attention import Attention
from data_access.cases import CaseLine, CaseRecord, Step
from data_access.city import City, Level, Region
from data_access.devices import Alarm, Channel, DeviceRecord
from data_access.jobs import Job
from data_access.readings import ChildReading
from data_access.sources import Source
from data_access.trace import Trace
from data_access.warnings import Warning
from data_access.weather import Weather
from indicators.definition import Count, Indicator, Sum
from indicators.library import INDICATORS
from indicators.reading import Point, Reading, Status
from indicators.scope import Scope
from indicators.text import Language, Text
from layouts.look import Look
from layouts.view import Opened, View

NOW = datetime(2026, 11, 23, 14, 42, 8, tzinfo=UTC)  # 09:42 in New York, a Monday
ZONE = ZoneInfo("America/New_York")

LEVELS = (
    Level(0, "city", Text("全市", "City")), Level(1, "borough", Text("行政区", "boroughs")),
    Level(2, "district", Text("社区", "districts")), Level(3, "neighbourhood", Text("街区", "neighbourhoods")),
    Level(4, "tract", Text("普查区", "tracts")),
)
NAMES = {"MN": ("曼哈顿", "Manhattan"), "BX": ("布朗克斯", "Bronx"), "BK": ("布鲁克林", "Brooklyn"),
         "QN": ("皇后区", "Queens"), "SI": ("史泰登岛", "Staten Island")}


def city() -> City:
    """The city, its boroughs, twelve districts in each, and one way down to a tract in Queens."""
    regions = {0: Region(0, None, 0, "nyc", Text("纽约市", "New York City"), 778.2, None, None)}
    for number, (code, (zh, en)) in enumerate(NAMES.items(), start=1):
        regions[number] = Region(number, 0, 1, code, Text(zh, en), 150.0, None, (-73.9, 40.7))
        for district in range(1, 13):
            key = number * 100 + district
            name = Text(f"{zh}第 {district} 社区", f"{en} District {district}")
            regions[key] = Region(key, number, 2, f"{code}{district:02d}", name, 12.0, None, (-73.9, 40.7))
    regions[4071] = Region(4071, 407, 3, "QN0707", Text("法拉盛 — 威利茨点", "Flushing-Willets Point"), 4.0, None, (-73.8, 40.76))
    regions[40711] = Region(40711, 4071, 4, "36081085300", Text("普查区 853", "Census Tract 853"), 0.3, None, (-73.8, 40.76))
    children: dict[int, list[int]] = {}
    for region in regions.values():
        if region.parent_id is not None:
            children.setdefault(region.parent_id, []).append(region.region_id)
    return City("newyork", regions[0].name, ZONE, LEVELS, 2, regions, {r.code: r.region_id for r in regions.values()},
                {parent: tuple(ids) for parent, ids in children.items()})


def look(region: str = "nyc", language: Language = "zh", opened: Opened | None = None, indicator: str = "place_case_density",
         at: datetime | None = None) -> Look:
    """A view of the city at NOW."""
    return Look(View(Scope(region, "24h", at, indicator, language), opened), city(), NOW)


VALUES = {
    "people_population": 8362000.0, "people_density": 10745.0, "people_crowd": 61800.0, "people_elderly": 16.4,
    "place_case_density": 5.1, "place_water_over": 3.0, "place_pm25": 38.4, "place_noise_over": 1.2,
    "event_reported": 3986.0, "event_open": 12054.0, "event_closed_on_time": 93.4, "event_overdue": 19.0,
    "object_online": 94.2, "object_alarm": 12.0, "object_camera_online": 97.9, "object_speed": 10.6,
    "situation_calls": 9870.0, "situation_satisfied": 88.6, "situation_answered_30s": 91.2, "situation_contacted": 96.1,
    "org_disposed_on_time": 94.2, "org_hours_to_dispose": 11.8, "org_dispatched_right": 97.3, "org_rework": 6.2,
}


def course(indicator: Indicator, value: float, points: int) -> tuple[Point, ...]:
    """A believable trend that ends at the value; a count's last bucket still runs."""
    running = isinstance(indicator.measure, Sum) and all(isinstance(term, Count) for term in indicator.measure.terms)
    start = NOW.replace(minute=0, second=0) - timedelta(hours=points - 1)

    def at(step: int) -> float:
        wave = 1 + 0.35 * math.sin((step - 4) / 24 * 2 * math.pi) + 0.06 * math.sin(step * 2.3)
        share = 0.3 if running and step == points - 1 else 1.0
        return value / 24 * wave * share if running else value * (1 + 0.04 * (wave - 1) + 0.002 * (step - points + 1))

    return tuple(Point(start + timedelta(hours=step), at(step), not (running and step == points - 1)) for step in range(points))


def reading(key: str, status: Status = "ok", value: float | None = None, **more: Any) -> Reading:
    """A reading of a real indicator with a made-up value."""
    indicator = INDICATORS[key]
    shown = VALUES.get(key, 42.0) if value is None else value
    known = status in ("ok", "stale", "dead")
    published = key in ("people_population", "people_density", "people_elderly", "people_income")
    series = course(indicator, shown, 24) if known else ()
    if published:
        series = tuple(Point(datetime(year, 1, 1, 5, tzinfo=UTC), shown * share) for year, share in
                       ((2011, 0.955), (2016, 0.985), (2023, 1.0)))
    age = {"ok": timedelta(seconds=8), "stale": timedelta(hours=3, minutes=12), "dead": timedelta(minutes=47)}
    return Reading(**{
        "indicator": indicator, "status": status, "value": shown if known else None, "n": 1206,
        "data_at": NOW - age[status] if status in age else None,
        "period": Text("2023 年", "2023") if published else None,
        "simulated": indicator.dimension not in ("people",), "comparable": shown if known else None,
        "previous": shown * 0.942 if known else None, "last_week": None if published else shown * 1.021 if known else None,
        "series": series, **more})


def panel_readings(dimension: str) -> tuple[Reading, list[Reading]]:
    """A dimension's hero and supports."""
    mine = [one for one in INDICATORS.values() if one.dimension == dimension]
    hero = next(one for one in mine if one.place == "hero")
    return reading(hero.key), [reading(one.key) for one in mine if one.place == "support"][:3]


def children(key: str, parent: str = "nyc", values: Sequence[float] = (6.9, 5.2, 4.4, 3.7, 2.6)) -> tuple[ChildReading, ...]:
    """The children of a region with falling values."""
    place = city()
    regions = place.children(place.region(parent))
    return tuple(ChildReading(region, reading(key, value=values[at % len(values)] - 0.01 * (at // len(values)),
                                              last_week=values[at % len(values)] * (0.95 + 0.04 * (at % 4)), series=()))
                 for at, region in enumerate(regions))


def line(case_id: int, title: str, state: str, minutes: int, due: timedelta | None, region_id: int = 407,
         closed: bool = False, agency: Text | None = None) -> CaseLine:
    """One case."""
    at = NOW - timedelta(minutes=minutes)
    return CaseLine(case_id, f"NYC-1123-{case_id:04d}", title, Text("市容环境", "Street condition"), state, at,
                    at - timedelta(minutes=52), None if due is None else NOW + due, at if closed else None, None, region_id,
                    "DOT", agency or Text("交通局", "Transportation"), -73.83, 40.76, True)


def cases(count: int = 14) -> list[CaseLine]:
    """Cases at all stages."""
    made = [
        line(418, "燃气表箱异味", "disposed", 2, timedelta(hours=1, minutes=22), 407, agency=Text("燃气应急", "Gas emergency")),
        line(417, "路面塌陷围挡缺失", "dispatched", 4, -timedelta(hours=26, minutes=4), 205),
        line(416, "学校门口违停集中", "dispatched", 7, timedelta(minutes=18), 312, agency=Text("警察局", "Police")),
        line(415, "电梯困人", "dispatched", 9, timedelta(hours=4, minutes=41), 105, agency=Text("房屋局", "Buildings")),
        line(414, "井盖位移复位", "closed", 11, timedelta(hours=2), 111, closed=True, agency=Text("环保局", "Environment")),
        line(413, "垃圾堆放超过 48 小时", "reported", 14, -timedelta(hours=5), 204, agency=Text("环卫局", "Sanitation")),
        line(412, "噪声扰民（夜间施工）", "registered", 16, timedelta(hours=8), 401),
    ]
    return [made[at % len(made)] for at in range(count)]


def alarm() -> Alarm:
    """A gas probe beyond its limit."""
    return Alarm("gas-0417", "缅街 41-20", Text("燃气探头", "Gas probe"), Text("可燃气浓度", "Gas concentration"), "%LEL",
                 23.4, 20.0, NOW - timedelta(seconds=40), 4071, -73.83, 40.76, True)


def warning() -> Warning:
    """A severe storm."""
    return Warning("W-77", Text("暴雨", "Heavy rain"), "severe",
                   Text("暴雨橙色预警：6 小时内 50 毫米以上", "Heavy rain: over 50 mm in 6 h"),
                   NOW - timedelta(minutes=33), NOW - timedelta(minutes=10), NOW + timedelta(hours=6), 0, True)


def urgent() -> tuple[Attention, ...]:
    """Five things that need somebody."""
    return (
        Attention("warning", 0, NOW - timedelta(minutes=33), warning=warning(), simulated=True),
        Attention("source", None, NOW - timedelta(minutes=47), source=Text("排水液位", "Drainage levels")),
        Attention("alarm", 4071, NOW - timedelta(minutes=15), alarm=alarm(), lon=-73.83, lat=40.76, simulated=True),
        Attention("overdue", 2, NOW - timedelta(hours=26), count=7, simulated=True, holder=Text("道路养护", "Roads")),
        Attention("overdue", 3, NOW - timedelta(hours=9), count=4, simulated=True),
    )


def sources() -> tuple[Source, ...]:
    """Sources in every state."""
    def one(key: str, zh: str, en: str, age: timedelta | None, promise: timedelta | None, simulated: bool = True) -> Source:
        return Source(key, Text(zh, en), "City of New York", "CC0", "iot", simulated, promise, None if age is None else NOW - age,
                      None if age is None else NOW - age, 0 if age is None else 10_482_113, 0 if age is None else 128)

    minute = timedelta(minutes=5)
    return (one("a", "案件", "Cases", timedelta(seconds=8), minute),
            one("b", "物联感知", "Sensors", timedelta(seconds=2), minute),
            one("c", "热线", "Hotline", timedelta(minutes=9), minute),
            one("d", "排水液位", "Drainage levels", timedelta(minutes=47), minute),
            one("e", "人口普查", "Census", timedelta(days=200), None, False), one("f", "消防", "Fire", None, minute, False))


def weather() -> Weather:
    """A mild westerly."""
    return Weather(11.2, 60.0, 4.1, 272.0, 0.0, 3, NOW - timedelta(minutes=4), True)


def job() -> Job:
    """A back-fill under way."""
    return Job("backfill", Text("回填历史", "Back-filling history"), Text("天", "days"), 22, 60, NOW - timedelta(minutes=2), NOW)


def case_record(region_id: int = 40711) -> CaseRecord:
    """A case being disposed, sent back once."""
    head = line(418, "燃气浓度升高 · 缅街餐饮后厨", "dispatched", 21, timedelta(hours=1, minutes=22), region_id,
                agency=Text("燃气应急二组", "Gas emergency 2"))
    steps = (("reported", 73, None, "网格员 03-17", "闻到异味"), ("registered", 71, None, None, "自动并案 2 条预警"),
             ("dispatched", 66, Text("交通局", "Transportation"), None, None), ("returned", 60, None, None, "不属本部门"),
             ("dispatched", 54, Text("燃气应急二组", "Gas emergency 2"), None, None))
    return CaseRecord(head, "patrol", "41-20 Main Street", tuple(
        Step(NOW - timedelta(minutes=minutes), step, agency, actor, note, 1, 7)
        for step, minutes, agency, actor, note in steps), 2,
        Trace("sim-cases", Text("案件（模拟）", "Cases (simulated)"), True, 7, "http", "127.0.0.1", 418, NOW))


def device_record(channels: int = 2, last: timedelta = timedelta(seconds=40)) -> DeviceRecord:
    """A device with a few properties."""
    def channel(at: int) -> Channel:
        series = tuple((NOW - timedelta(minutes=10 * step), 8 + at + 6 * math.exp(-step / 20) + 0.4 * math.sin(step))
                       for step in range(143, -1, -1))
        return Channel(f"p{at}", Text("可燃气浓度", "Gas concentration"), "%LEL", series[-1][1], series[-1][0], 10.0, 20.0, False,
                       series, len(series))
    return DeviceRecord("gas-0417", "缅街 41-20", Text("燃气探头", "Gas probe"), 40711, -73.83, 40.76, timedelta(minutes=10),
                        NOW - timedelta(days=400), True, NOW - last, tuple(channel(at) for at in range(channels)), "sim-iot",
                        Text("物联感知（模拟）", "Sensors (simulated)"), True)


def loads() -> tuple[AgencyLoad, ...]:
    """Three agencies: late, punctual, and one with nothing due."""
    return (
        AgencyLoad("DOT", Text("交通局", "Transportation"), 0, 3120, 7, timedelta(hours=26), 3, 812, 840, 771, 18.4, 4, True),
        AgencyLoad("DSNY", Text("环卫局", "Sanitation"), 0, 1204, 0, None, 0, 610, 600, 597, 9.1, 0, True),
        AgencyLoad("DOB", Text("房屋局", "Buildings"), 0, 2, 0, None, 0, 0, 0, 0, None, 0, True),
    )
