"""An address is a view: a scope, and the drawer that stands open over it; or a page in place of the wall."""

from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import parse_qs, quote, unquote, urlencode

from indicators.definition import DIMENSIONS, Dimension
from indicators.scope import DEFAULT_PERIOD, DEFAULT_WINDOW, Scope, Window
from indicators.text import Language, Text
from layouts.address import fields, readers
from layouts.address.errors import TwoDrawers, UnknownDimension, UnknownMode, UnknownPage
from layouts.address.fields import Said
from layouts.address.pages import Page

Kind = Literal[
    "case", "device", "agency", "agencies", "dimension", "indicator", "sources", "warning", "attention", "breakdown",
    "vehicle",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
WHOLE: tuple[Kind, ...] = ("agencies", "sources", "attention", "breakdown")  # of these there is one, so they carry no key
Mode = Literal["flat", "heat", "3d"]
MODES: tuple[Mode, ...] = get_args(Mode)


@dataclass(frozen=True)
class Opened:
    """What the drawer shows: a kind and, where there are many, which; `page` of the rows behind an indicator."""

    kind: Kind
    key: str = ""
    page: int = 1


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
    address says none. Whether the region or case exists is for its reader to say.
    Raises: BadAddress, as one of those in `layouts/address/errors.py`.
    """
    said = {key: values[-1] for key, values in parse_qs(search.lstrip("?"), keep_blank_values=False).items()}
    found = readers.read(steps(pathname), said, home)
    if found is not None:
        return paged(*found, said, language)
    scope = Scope(
        region=region(pathname, home),
        window=fields.window(said.get("w", DEFAULT_WINDOW)),
        at=fields.instant(said["at"]) if "at" in said else None,
        indicator=said.get("i"),
        language=fields.spoken(said.get("lang", language)),
        filters=fields.filtered(said),
    )
    return View(scope, opened(said), mode(said.get("m", "flat")))


def paged(page: Page, code: str, said: Said, language: Language) -> View:
    """The view of a page. Raises: UnknownWindow, BadInstant, UnknownLanguage, UnknownFilter."""
    heard = fields.spoken(said.get("lang", language))
    return View(scoped(code, said, heard) if page.scoped else Scope(code, language=heard), page=page)


def scoped(code: str, said: Said, language: Language) -> Scope:
    """The scope that a page's query asks for, of one region. Raises: UnknownWindow, BadInstant, UnknownFilter."""
    return Scope(
        region=code,
        window=fields.period(said, DEFAULT_PERIOD),
        at=fields.instant(said["at"]) if "at" in said else None,
        language=language,
        filters=fields.filtered(said),
    )


def steps(pathname: str) -> list[str]:
    """What stands between the slashes of a path."""
    return [unquote(part) for part in pathname.split("/") if part]


def region(pathname: str, home: str) -> str:
    """The region's code in the path of a wall. Raises: UnknownPage."""
    parts = steps(pathname)
    if not parts:
        return home
    if len(parts) == 2 and parts[0] == "r":
        return parts[1]
    raise UnknownPage(Text(f"没有“{pathname}”这一页", f"There is no page “{pathname}”"))


def mode(text: str) -> Mode:
    """A way to draw the map. Raises: UnknownMode."""
    for known in MODES:
        if text == known:
            return known
    choices = ", ".join(MODES)
    raise UnknownMode(Text(f"地图没有“{text}”这种画法，可选 {choices}", f"The map is not drawn as “{text}”, only as {choices}"))


def opened(said: Said) -> Opened | None:
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
    return Opened(kind, "" if kind in WHOLE else said[kind],
                  fields.number(said["p"]) if kind == "indicator" and "p" in said else 1)


def href(view: View) -> str:
    """The address of a view; parse() reads it back."""
    scope = view.scope
    if view.page is not None:
        query = view.page.query(scope.region)
        if view.page.scoped:
            query |= timed(scope, "p", DEFAULT_PERIOD) | fields.filters_told(scope)
        return f"{view.page.path(scope.region)}?{urlencode(query | {'lang': scope.language}, safe=',')}"
    query = timed(scope, "w", DEFAULT_WINDOW)
    if scope.indicator is not None:
        query["i"] = scope.indicator
    if view.mode != "flat":
        query["m"] = view.mode
    query |= fields.filters_told(scope)
    query["lang"] = scope.language
    if view.opened is not None:
        query[view.opened.kind] = view.opened.key or "1"
        if view.opened.page > 1:
            query["p"] = str(view.opened.page)
    return f"/r/{quote(scope.region, safe='')}?{urlencode(query, safe=',')}"


def timed(scope: Scope, key: str, usual: Window) -> dict[str, str]:
    """The window under its key, where it is not the usual one, and the instant."""
    return ({} if scope.window == usual else {key: scope.window}) | ({} if scope.at is None else {"at": scope.at.isoformat()})


def dimension(view: View) -> Dimension | None:
    """The dimension whose drawer is open."""
    if view.opened is None or view.opened.kind != "dimension":
        return None
    return next(known for known in DIMENSIONS if known == view.opened.key)
