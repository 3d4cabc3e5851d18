"""The pages in place of the wall: what each is called in an address, and what it asks for beside its scope.

A page is a frozen dataclass here, its reader with a line in `readers.py`, and its parts in `live/pages`.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal, get_args
from urllib.parse import quote

from indicators.scope import Window

BACKWARDS = "-"      # before a column: in the other direction
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


@dataclass(frozen=True)
class BriefingsPage:
    """The briefings that are kept of a region and all below: /briefings?r=<code>."""

    name: ClassVar[str] = "briefings"
    scoped: ClassVar[bool] = True

    def path(self, region: str) -> str:
        """There is one."""
        return "/briefings"

    def query(self, region: str) -> Query:
        """The region."""
        return {"r": region}


Page = (SourcesPage | SourcePage | RegionPage | IndicatorPage | OrganizationsPage | OrganizationPage | ComparePage | WhyPage
        | BriefingPage | BriefingsPage)


def coded(text: str) -> str:
    """A code as part of a path."""
    return quote(text, safe="")


def regions(page: Page, region: str) -> tuple[str, ...]:
    """The codes of all regions that a page shows for themselves."""
    return (region, *page.others) if isinstance(page, ComparePage) else (region,)
