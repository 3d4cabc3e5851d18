"""An address is a view: a scope, and the drawer that stands open over it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args
from urllib.parse import parse_qs, quote, unquote, urlencode

from indicators import filters
from indicators.definition import DIMENSIONS, Dimension
from indicators.scope import DEFAULT_WINDOW, WINDOWS, Filter, Scope, Window
from indicators.text import LANGUAGES, Language, Text

Kind = Literal[
    "case", "device", "agency", "agencies", "dimension", "indicator", "sources", "warning", "attention", "breakdown",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
WHOLE: tuple[Kind, ...] = ("agencies", "sources", "attention", "breakdown")  # of these there is one, so they carry no key
Mode = Literal["flat", "heat", "3d"]
MODES: tuple[Mode, ...] = get_args(Mode)
SOURCES = "sources"  # the path of the page of all sources, and of one below it
BACKWARDS = "-"      # before a column: in the other direction
LONGEST_BATCH = 10   # digits
FILTERED = "f."  # a query key that begins so filters by the field that follows
MOST_DIGITS = 6
Sort = Literal["state", "name", "heard", "taken", "marked", "rejected", "waiting", "quality",
               "findings"]
SORTS: tuple[Sort, ...] = get_args(Sort)
EARLIEST, LATEST = 1900, 9998  # years: windows and comparisons reach beyond an instant, and must still be dates


class BadAddress(ValueError):
    """The address says something that no view can be; `words` says what, for the screen."""

    def __init__(self, words: Text) -> None:
        super().__init__(words.en)
        self.words = words


class UnknownPage(BadAddress):
    """The path is neither / nor /r/<code> nor /sources nor /sources/<key>."""


class UnknownWindow(BadAddress):
    """No such time window."""


class BadInstant(BadAddress):
    """Not an instant with an offset."""


class UnknownLanguage(BadAddress):
    """Neither zh nor en."""


class UnknownDimension(BadAddress):
    """None of the six dimensions."""


class UnknownMode(BadAddress):
    """No such way to draw the map."""


class BadPage(BadAddress):
    """Not a page's number, nor a batch's."""


class UnknownSort(BadAddress):
    """Not a column to sort by."""


class UnknownFilter(BadAddress):
    """Not a field to filter by, or not a value of it."""


class TwoDrawers(BadAddress):
    """More than one drawer asked for."""


@dataclass(frozen=True)
class Opened:
    """What the drawer shows: a kind and, where there are many, which; `page` of the rows behind an indicator."""

    kind: Kind
    key: str = ""
    page: int = 1


@dataclass(frozen=True)
class Page:
    """What stands in place of the wall: all sources in some order, or the one with this key and the batch asked for."""

    source: str = ""
    sort: Sort = "state"
    reverse: bool = False
    batch: int | None = None


@dataclass(frozen=True)
class View:
    """A scope, what is open over it, and how the map is drawn; or a page in place of all that."""

    scope: Scope
    opened: Opened | None = None
    mode: Mode = "flat"
    page: Page | None = None


def parse(pathname: str, search: str, home: str, language: Language = "zh") -> View:
    """Read an address.

    `home` is the city's code, which `/` means; `language` is the browser's, used when the
    address says none. Whether the region, case or indicator exists is for its reader to say.
    Raises: BadAddress, as one of UnknownPage, UnknownWindow, BadInstant, UnknownLanguage,
        UnknownDimension, UnknownMode, UnknownFilter, TwoDrawers, BadPage, UnknownSort.
    """
    said = {key: values[-1] for key, values in parse_qs(search.lstrip("?"), keep_blank_values=False).items()}
    shown = shown_page(pathname, said)
    if shown is not None:
        return View(Scope(home, language=spoken(said.get("lang", language))), page=shown)
    scope = Scope(
        region=region(pathname, home),
        window=window(said.get("w", DEFAULT_WINDOW)),
        at=instant(said["at"]) if "at" in said else None,
        indicator=said.get("i"),
        language=spoken(said.get("lang", language)),
        filters=filtered(said),
    )
    return View(scope, opened(said), mode(said.get("m", "flat")))


def shown_page(pathname: str, said: dict[str, str]) -> Page | None:
    """The page that a path names; None for the wall. Raises: UnknownSort, BadPage."""
    parts = [unquote(part) for part in pathname.split("/") if part]
    if not parts or parts[0] != SOURCES or len(parts) > 2:
        return None
    if len(parts) == 2:
        return Page(parts[1], batch=page(said["batch"], LONGEST_BATCH) if "batch" in said else None)
    asked = said.get("sort", "state")
    return Page(sort=sort(asked.removeprefix(BACKWARDS)), reverse=asked.startswith(BACKWARDS))


def sort(text: str) -> Sort:
    """A column to sort by. Raises: UnknownSort."""
    for known in SORTS:
        if text == known:
            return known
    choices = ", ".join(SORTS)
    raise UnknownSort(Text(f"不能按“{text}”排序，可选 {choices}", f"There is no order by “{text}”, only by {choices}"))


def region(pathname: str, home: str) -> str:
    """The region's code in a path. Raises: UnknownPage."""
    parts = [unquote(part) for part in pathname.split("/") if part]
    if not parts:
        return home
    if len(parts) == 2 and parts[0] == "r":
        return parts[1]
    raise UnknownPage(Text(f"没有“{pathname}”这一页", f"There is no page “{pathname}”"))


def window(text: str) -> Window:
    """A window's key. Raises: UnknownWindow."""
    for known in WINDOWS:
        if text == known:
            return known
    choices = ", ".join(WINDOWS)
    raise UnknownWindow(Text(f"没有时间窗“{text}”，可选 {choices}", f"There is no window “{text}”, only {choices}"))


def instant(text: str) -> datetime:
    """An instant with an offset; a space stands for the plus that URLs swallow. Raises: BadInstant."""
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not EARLIEST <= at.year <= LATEST:
        raise BadInstant(Text(f"“{text}”不是带时区的时刻，例如 2026-03-04T12:00-05:00",
                              f"“{text}” is no instant with an offset, such as 2026-03-04T12:00-05:00"))
    return at


def mode(text: str) -> Mode:
    """A way to draw the map. Raises: UnknownMode."""
    for known in MODES:
        if text == known:
            return known
    choices = ", ".join(MODES)
    raise UnknownMode(Text(f"地图没有“{text}”这种画法，可选 {choices}", f"The map is not drawn as “{text}”, only as {choices}"))


def filtered(said: dict[str, str]) -> tuple[Filter, ...]:
    """The filters that the query asks for. Raises: UnknownFilter."""
    try:
        return filters.read({key.removeprefix(FILTERED): text for key, text in said.items() if key.startswith(FILTERED)})
    except filters.BadFilter as error:
        fields, states = ", ".join(filters.FIELDS), ", ".join((*filters.LATENESS, *filters.STEPS))
        raise UnknownFilter(Text(
            f"不能按“{error}”筛选；可筛选的字段是 {fields}，状态是 {states}",
            f"“{error}” cannot be filtered by: fields are {fields}, states are {states}")) from error


def spoken(text: str) -> Language:
    """A language's key. Raises: UnknownLanguage."""
    for known in LANGUAGES:
        if text == known:
            return known
    raise UnknownLanguage(Text(f"没有语言“{text}”，可选 zh、en", f"There is no language “{text}”, only zh and en"))


def opened(said: dict[str, str]) -> Opened | None:
    """The drawer that the query opens. Raises: TwoDrawers, UnknownDimension, BadPage."""
    asked = [kind for kind in KINDS if kind in said]
    if len(asked) > 1:
        names = ", ".join(asked)
        raise TwoDrawers(Text(f"一次只能打开一个抽屉：{names}", f"Only one drawer opens at a time: {names}"))
    if not asked:
        return None
    kind = asked[0]
    if kind == "dimension" and said[kind] not in DIMENSIONS:
        raise UnknownDimension(Text(f"没有维度“{said[kind]}”", f"There is no dimension “{said[kind]}”"))
    return Opened(kind, "" if kind in WHOLE else said[kind], page(said["p"]) if kind == "indicator" and "p" in said else 1)


def page(text: str, digits: int = MOST_DIGITS) -> int:
    """A page's or a batch's number, from 1. Raises: BadPage."""
    if not text.isascii() or not text.isdecimal() or len(text) > digits or int(text) < 1:
        raise BadPage(Text(f"“{text}”不是页码或批次号", f"“{text}” is no number of a page or batch"))
    return int(text)


def href(view: View) -> str:
    """The address of a view; parse() reads it back."""
    if view.page is not None:
        return paged(view.page, view.scope.language)
    scope = view.scope
    query: dict[str, str] = {}
    if scope.window != DEFAULT_WINDOW:
        query["w"] = scope.window
    if scope.at is not None:
        query["at"] = scope.at.isoformat()
    if scope.indicator is not None:
        query["i"] = scope.indicator
    if view.mode != "flat":
        query["m"] = view.mode
    query |= {f"{FILTERED}{one.field}": filters.told(one) for one in scope.filters}
    query["lang"] = scope.language
    if view.opened is not None:
        query[view.opened.kind] = view.opened.key or "1"
        if view.opened.page > 1:
            query["p"] = str(view.opened.page)
    return f"/r/{quote(scope.region, safe='')}?{urlencode(query, safe=',')}"


def paged(shown: Page, language: Language) -> str:
    """The address of a page."""
    query: dict[str, str] = {}
    if shown.batch is not None:
        query["batch"] = str(shown.batch)
    if (shown.sort, shown.reverse) != ("state", False):
        query["sort"] = f"{BACKWARDS if shown.reverse else ''}{shown.sort}"
    query["lang"] = language
    path = f"/{SOURCES}/{quote(shown.source, safe='')}" if shown.source else f"/{SOURCES}"
    return f"{path}?{urlencode(query)}"


def dimension(view: View) -> Dimension | None:
    """The dimension whose drawer is open."""
    if view.opened is None or view.opened.kind != "dimension":
        return None
    return next(known for known in DIMENSIONS if known == view.opened.key)

