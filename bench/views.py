"""Which pictures of a running city `make shots` takes: its main views, in both languages and in the themes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine

from bench.silence import Hushed
from data_access import agencies, cases, devices, sources
from data_access.city import City, Region
from data_access.engine import reading, sql
from indicators.periods import Days, text_of
from indicators.scope import DEFAULT_PERIOD, Scope
from indicators.text import LANGUAGES
from indicators.windows import day_of
from layouts.address.pages import (
    BriefingPage,
    BriefingsPage,
    ComparePage,
    IndicatorPage,
    OrganizationPage,
    OrganizationsPage,
    Page,
    RegionPage,
    SourcePage,
    SourcesPage,
    WhyPage,
)
from layouts.view import Opened, View, href

SIZES = {"1080p": (1920, 1080), "4k": (3840, 2160), "ultrawide": (7680, 2160), "laptop": (1440, 900), "tablet": (820, 1180),
         "phone": (390, 844)}
WALLS = ("1080p", "4k", "ultrawide")
DESKS = ("laptop", "tablet", "phone")   # where pages are read; they are pictured from top to bottom
INDICATOR = "event_closed_on_time"
LIGHT = ("city", "sources", "case")     # a wall, a page and a drawer
ON_PHONES = ("city", "sources", "source")


@dataclass(frozen=True)
class Shot:
    """One picture: its name, the address that it shows, at which sizes; of a city with silent sources or of the running one."""

    name: str
    address: str
    sizes: tuple[str, ...] = WALLS
    hushed: bool = False


def shots(engine: Engine, city: City, now: datetime) -> Iterator[Shot]:
    """The views of the running city; one that it has nothing for is left out."""
    for name, view in views(engine, city, now).items():
        sizes = (*WALLS, "phone") if name in ON_PHONES else WALLS
        for language in LANGUAGES:
            address = href(spoken(view, language))
            yield Shot(f"{name}-{language}", address, sizes)
            if name in LIGHT:
                yield Shot(f"{name}-light-{language}", f"{address}&theme=light", sizes)
    for language in LANGUAGES:
        yield Shot(f"wall-{language}", f"/wall?lang={language}")
    for name, view in pages(engine, city, now).items():
        for language in LANGUAGES:
            address = href(spoken(view, language))
            yield Shot(f"page-{name}-{language}", address, DESKS)
            yield Shot(f"page-{name}-light-{language}", f"{address}&theme=light", DESKS)


def silent_shots(city: City, hushed: Hushed) -> Iterator[Shot]:
    """The same city with silent sources: the overview, the page of all sources, and that of each silent one."""
    home = Scope(city.root.code)
    found = {"silent-city": View(home), "silent-sources": View(home, page=SourcesPage())}
    found |= {name: View(home, page=SourcePage(source.key))
              for name, source in (("dead-source", hushed.dead), ("stale-source", hushed.stale)) if source}
    for name, view in found.items():
        for language in LANGUAGES:
            yield Shot(f"{name}-{language}", href(spoken(view, language)), hushed=True)


def spoken(view: View, language: str) -> View:
    """The view in a language."""
    return replace(view, scope=replace(view.scope, language=language))  # type: ignore[arg-type]


def views(engine: Engine, city: City, now: datetime) -> dict[str, View]:
    """The views by name: down the tree to the worst case, the map's other ways, one record of each kind, and the lists."""
    home, leaf = city.root.code, latest(engine, city, now)
    district = above(city, leaf.region_id).code
    return {
        "city": View(Scope(home)),
        "district": View(Scope(district)),
        city.levels[leaf.level].key: View(Scope(leaf.code)),
        **{f"{name}-{mode}": View(Scope(code), mode=mode)
           for mode in ("heat", "3d") for name, code in (("city", home), ("district", district))},
        "dimension": View(Scope(home), Opened("dimension", "events")),
        "indicator": View(Scope(home, indicator=INDICATOR), Opened("indicator", INDICATOR)),
        "attention": View(Scope(home), Opened("attention")),
        "sources": View(Scope(home), page=SourcesPage()),
        "source": View(Scope(home), page=SourcePage(worst(engine))),
        **records(engine, city, now),
    }


def pages(engine: Engine, city: City, now: datetime) -> dict[str, View]:
    """The pages for leaders, by name: regions of three levels, an indicator and why it changed, agencies, a briefing …"""
    home, leaf = city.root, latest(engine, city, now)
    district, upper = above(city, leaf.region_id), city.path(leaf)[min(1, leaf.level)]

    def at(region: Region, page: Page) -> View:
        return View(Scope(region.code, DEFAULT_PERIOD), page=page)

    beside = tuple(one.code for one in city.children(home) if one != upper)[:2]
    busiest = agencies.load(engine, home.region_id, now, now)[:1]
    agency = {"organization": at(home, OrganizationPage(busiest[0].code))} if busiest else {}
    today = day_of(now, city.zone)
    before = text_of(Days(today - timedelta(days=59), today - timedelta(days=30)))
    return {
        "region-city": at(home, RegionPage()), "region": at(upper, RegionPage()), "region-district": at(district, RegionPage()),
        "indicator": at(upper, IndicatorPage(INDICATOR)), "why": at(upper, WhyPage(INDICATOR)),
        "organizations": at(home, OrganizationsPage()), **agency,
        "compare": at(upper, ComparePage(beside)), "periods": at(upper, ComparePage(than=before)),
        "briefing": at(upper, BriefingPage("weekly")), "briefings": at(home, BriefingsPage()),
    }


def records(engine: Engine, city: City, now: datetime) -> dict[str, View]:
    """A late case, the worst alarm among its neighbours and its device (or any), and the most loaded agency."""
    home, found = city.root, dict[str, View]()
    for late in cases.most_overdue(engine, home.region_id, now, 1):
        found["case"] = View(Scope(above(city, late.region_id).code), Opened("case", str(late.case_id)))
    for alarm in devices.alarms(engine, home.region_id, now, 1):
        around = Scope(above(city, alarm.region_id).code)
        found |= {"alarm": View(around), "device": View(around, Opened("device", alarm.device_code))}
    if "device" not in found and (code := some_device(engine)):
        found["device"] = View(Scope(home.code), Opened("device", code))
    for load in agencies.load(engine, home.region_id, now, now)[:1]:
        found["agency"] = View(Scope(home.code), Opened("agency", load.code))
    return found


def some_device(engine: Engine) -> str | None:
    """Any device that ever spoke."""
    with reading(engine, "a device") as connection:
        found: str | None = connection.execute(sql("SELECT min(code) FROM device WHERE last_at IS NOT NULL")).scalar()
    return found


def latest(engine: Engine, city: City, now: datetime) -> Region:
    """The leaf with the longest overdue case, or the first leaf."""
    late = cases.most_overdue(engine, city.root.region_id, now, 1)
    if late:
        return city.regions[late[0].region_id]
    return max(city.regions.values(), key=lambda region: region.level)


def worst(engine: Engine) -> str:
    """The source with the most rejects."""
    return max(sources.sources(engine), key=lambda source: source.rejected).key


def above(city: City, region_id: int) -> Region:
    """The region's ancestor two levels below the city, where a record is best seen among its neighbours."""
    path = city.path(city.regions[region_id])
    return path[min(2, len(path) - 1)]
