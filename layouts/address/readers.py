"""How the pages' addresses are read: a reader for each name that a path may begin with."""

from collections.abc import Callable

from indicators.library import INDICATORS
from indicators.text import Text
from layouts.address import fields
from layouts.address.errors import BadComparison, UnknownIndicator, UnknownPage, UnknownSort
from layouts.address.fields import Said
from layouts.address.pages import (
    AGAINST,
    BACKWARDS,
    CUTS,
    MOST_REGIONS,
    SORTS,
    SPANS,
    BriefingPage,
    BriefingsPage,
    ComparePage,
    IndicatorPage,
    OrganizationPage,
    OrganizationsPage,
    Page,
    RegionPage,
    Sort,
    SourcePage,
    SourcesPage,
    WhyPage,
)

LONGEST_BATCH = 10   # digits
Found = tuple[Page, str]   # a page and its region's code
Reader = Callable[[str, Said, str], Found]   # what follows the page's name in the path ("" nothing), the query, the home region


def read(parts: list[str], said: Said, home: str) -> Found | None:
    """The page that a path's parts name, and its region; None where they name none. Raises: BadAddress."""
    if not parts or parts[0] not in READERS or len(parts) > 2:
        return None
    return READERS[parts[0]]("".join(parts[1:]), said, home)


def a_source(rest: str, said: Said, home: str) -> Found:
    """All sources, or the one named. Raises: UnknownSort, BadPage."""
    if rest:
        return SourcePage(rest, fields.number(said["batch"], LONGEST_BATCH) if "batch" in said else None), home
    asked = said.get("sort", "state")
    return SourcesPage(sort(asked.removeprefix(BACKWARDS)), asked.startswith(BACKWARDS)), home


def sort(text: str) -> Sort:
    """A column to sort by. Raises: UnknownSort."""
    for known in SORTS:
        if text == known:
            return known
    choices = ", ".join(SORTS)
    raise UnknownSort(Text(f"不能按“{text}”排序，可选 {choices}", f"There is no order by “{text}”, only by {choices}"))


def a_region(rest: str, said: Said, home: str) -> Found:
    """A region's page; the city's where none is named."""
    return RegionPage(), rest or home


def an_indicator(rest: str, said: Said, home: str) -> Found:
    """An indicator's page. Raises: UnknownIndicator."""
    return IndicatorPage(indicator(rest), indicator(said["with"]) if "with" in said else None), said.get("r", home)


def indicator(key: str) -> str:
    """An indicator's key. Raises: UnknownIndicator."""
    if key not in INDICATORS:
        raise UnknownIndicator(Text(f"没有名为“{key}”的指标", f"No indicator is called “{key}”"))
    return key


def organizations(rest: str, said: Said, home: str) -> Found:
    """The list of organizations. Raises: UnknownPage."""
    return lone(OrganizationsPage(), rest), said.get("r", home)


def an_organization(rest: str, said: Said, home: str) -> Found:
    """An organization's page; without a code, the list of them."""
    return OrganizationPage(rest) if rest else OrganizationsPage(), said.get("r", home)


def a_comparison(rest: str, said: Said, home: str) -> Found:
    """Regions beside each other, or periods. Raises: UnknownPage, BadComparison, UnknownWindow."""
    codes = [code for code in said.get("r", home).split(",") if code] or [home]
    than = fields.window(said["than"]) if "than" in said else None
    if len(codes) > MOST_REGIONS:
        raise BadComparison(Text(f"最多并排 {MOST_REGIONS} 个区域，这里有 {len(codes)} 个",
                                 f"At most {MOST_REGIONS} regions stand side by side, here are {len(codes)}"))
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise BadComparison(Text(f"区域“{twice[0]}”出现了两次", f"The region “{twice[0]}” is named twice"))
    if than is not None and len(codes) > 1:
        raise BadComparison(Text("一次只比较区域，或只比较时段：than 只用于一个区域",
                                 "Regions or periods are compared, not both: than goes with one region"))
    return lone(ComparePage(tuple(codes[1:]), than), rest), codes[0]


def lone(page: Page, rest: str) -> Page:
    """A page that has nothing below it. Raises: UnknownPage."""
    if rest:
        raise UnknownPage(Text(f"“{page.path('')}”之下没有“{rest}”", f"There is no “{rest}” below “{page.path('')}”"))
    return page


def a_reason(rest: str, said: Said, home: str) -> Found:
    """The page that takes a change apart. Raises: UnknownIndicator, UnknownChoice."""
    return WhyPage(indicator(rest), fields.choice(said.get("against", "previous"), AGAINST),
                   fields.choice(said.get("by", "region"), CUTS)), said.get("r", home)


def a_briefing(rest: str, said: Said, home: str) -> Found:
    """A region's briefing. Raises: UnknownChoice, BadInstant."""
    return BriefingPage(fields.choice(said.get("span", "daily"), SPANS),
                        fields.day(said["day"]) if "day" in said else None), rest or home


def briefings(rest: str, said: Said, home: str) -> Found:
    """The list of kept briefings. Raises: UnknownPage."""
    return lone(BriefingsPage(), rest), said.get("r", home)


READERS: dict[str, Reader] = {
    "sources": a_source,
    "region": a_region,
    "indicator": an_indicator,
    "organizations": organizations,
    "organization": an_organization,
    "compare": a_comparison,
    "why": a_reason,
    "briefing": a_briefing,
    "briefings": briefings,
}
