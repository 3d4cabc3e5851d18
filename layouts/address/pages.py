"""The pages in place of the wall: what each is called in an address, what it asks for beside its scope, and how it is read.

A page is a frozen dataclass here with a reader below it, a line in READERS, and its parts in `live/pages`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal, get_args
from urllib.parse import quote

from indicators.library import INDICATORS
from indicators.scope import Window
from indicators.text import Text
from layouts.address import fields
from layouts.address.errors import BadComparison, UnknownIndicator, UnknownPage, UnknownSort
from layouts.address.fields import Said

BACKWARDS = "-"      # before a column: in the other direction
LONGEST_BATCH = 10   # digits
MOST_REGIONS = 6     # side by side on one page

Sort = Literal["state", "name", "heard", "taken", "marked", "rejected", "waiting", "quality",
               "findings"]
SORTS: tuple[Sort, ...] = get_args(Sort)
Against = Literal["previous", "last_week", "last_year"]
AGAINST: tuple[Against, ...] = get_args(Against)
Cut = Literal["region", "class", "agency", "channel"]
CUTS: tuple[Cut, ...] = get_args(Cut)
Span = Literal["daily", "weekly", "monthly"]
SPANS: tuple[Span, ...] = get_args(Span)
Query = dict[str, str]


@dataclass(frozen=True)
class SourcesPage:
    """All sources in some order: /sources."""

    sort: Sort = "state"
    reverse: bool = False
    name: ClassVar[str] = "sources"
    scoped: ClassVar[bool] = False     # it says nothing of a region or a period

    def path(self, region: str) -> str:
        """Its path; it is of no region."""
        return "/sources"

    def query(self, region: str) -> Query:
        """Its order, where it is not the usual one."""
        usual = (self.sort, self.reverse) == ("state", False)
        return {} if usual else {"sort": f"{BACKWARDS if self.reverse else ''}{self.sort}"}


@dataclass(frozen=True)
class SourcePage:
    """One source, and the batch asked for: /sources/<key>."""

    key: str
    batch: int | None = None
    name: ClassVar[str] = "source"
    scoped: ClassVar[bool] = False

    def path(self, region: str) -> str:
        """Its path; it is of no region."""
        return f"/sources/{coded(self.key)}"

    def query(self, region: str) -> Query:
        """The batch."""
        return {} if self.batch is None else {"batch": str(self.batch)}


@dataclass(frozen=True)
class RegionPage:
    """How a region is doing: /region/<code>."""

    name: ClassVar[str] = "region"
    scoped: ClassVar[bool] = True

    def path(self, region: str) -> str:
        """The region is in the path."""
        return f"/region/{coded(region)}"

    def query(self, region: str) -> Query:
        """Nothing more."""
        return {}


@dataclass(frozen=True)
class IndicatorPage:
    """One indicator in a region, and another one that it is set against: /indicator/<key>?r=<code>."""

    key: str
    beside: str | None = None
    name: ClassVar[str] = "indicator"
    scoped: ClassVar[bool] = True

    def path(self, region: str) -> str:
        """The indicator is in the path."""
        return f"/indicator/{coded(self.key)}"

    def query(self, region: str) -> Query:
        """The region, and the other indicator."""
        return {"r": region} | ({} if self.beside is None else {"with": self.beside})


@dataclass(frozen=True)
class OrganizationsPage:
    """All organizations with work in a region: /organizations?r=<code>."""

    name: ClassVar[str] = "organizations"
    scoped: ClassVar[bool] = True

    def path(self, region: str) -> str:
        """There is one."""
        return "/organizations"

    def query(self, region: str) -> Query:
        """The region."""
        return {"r": region}


@dataclass(frozen=True)
class OrganizationPage:
    """One organization's work in a region: /organization/<code>?r=<code>."""

    code: str
    name: ClassVar[str] = "organization"
    scoped: ClassVar[bool] = True

    def path(self, region: str) -> str:
        """The organization is in the path."""
        return f"/organization/{coded(self.code)}"

    def query(self, region: str) -> Query:
        """The region."""
        return {"r": region}


@dataclass(frozen=True)
class ComparePage:
    """The scope's region beside others, or its period beside another one: /compare?r=A,B or ?r=A&than=…"""

    others: tuple[str, ...] = ()
    than: Window | None = None
    name: ClassVar[str] = "compare"
    scoped: ClassVar[bool] = True

    def path(self, region: str) -> str:
        """There is one."""
        return "/compare"

    def query(self, region: str) -> Query:
        """All regions, the scope's first; the other period."""
        return {"r": ",".join((region, *self.others))} | ({} if self.than is None else {"than": self.than})


@dataclass(frozen=True)
class WhyPage:
    """What an indicator's change is made of: /why/<key>?r=<code>."""

    key: str
    against: Against = "previous"
    by: Cut = "region"
    name: ClassVar[str] = "why"
    scoped: ClassVar[bool] = True

    def path(self, region: str) -> str:
        """The indicator is in the path."""
        return f"/why/{coded(self.key)}"

    def query(self, region: str) -> Query:
        """The region; against when, and by what it is cut, where that is not the usual."""
        return {"r": region} | ({} if self.against == "previous" else {"against": self.against}) | (
            {} if self.by == "region" else {"by": self.by})


@dataclass(frozen=True)
class BriefingPage:
    """A region's briefing of a day, week or month, the one that `day` lies in: /briefing/<code>."""

    span: Span = "daily"
    day: date | None = None
    name: ClassVar[str] = "briefing"
    scoped: ClassVar[bool] = True

    def path(self, region: str) -> str:
        """The region is in the path."""
        return f"/briefing/{coded(region)}"

    def query(self, region: str) -> Query:
        """Of how long, and of when."""
        return {"span": self.span} | ({} if self.day is None else {"day": self.day.isoformat()})


Page = (SourcesPage | SourcePage | RegionPage | IndicatorPage | OrganizationsPage | OrganizationPage | ComparePage | WhyPage
        | BriefingPage)
Found = tuple[Page, str]   # a page and its region's code
Reader = Callable[[str, Said, str], Found]   # what follows the page's name in the path ("" nothing), the query, the home region


def read(parts: list[str], said: Said, home: str) -> Found | None:
    """The page that a path's parts name, and its region; None where they name none. Raises: BadAddress."""
    if not parts or parts[0] not in READERS or len(parts) > 2:
        return None
    return READERS[parts[0]]("".join(parts[1:]), said, home)


def coded(text: str) -> str:
    """A code as part of a path."""
    return quote(text, safe="")


def regions(page: Page, region: str) -> tuple[str, ...]:
    """The codes of all regions that a page shows for themselves."""
    return (region, *page.others) if isinstance(page, ComparePage) else (region,)


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


READERS: dict[str, Reader] = {
    "sources": a_source,
    "region": a_region,
    "indicator": an_indicator,
    "organizations": organizations,
    "organization": an_organization,
    "compare": a_comparison,
    "why": a_reason,
    "briefing": a_briefing,
}
