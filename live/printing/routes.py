"""`/print/` and a page's address: the page as PDF."""

from collections.abc import Callable

from flask import Blueprint, Response, request

from data_access.city import City
from data_access.engine import DataUnavailable
from indicators.library import INDICATORS
from layouts.address.pages import IndicatorPage, WhyPage
from layouts.view import View, href
from layouts.words import WORDS, say
from live import address, gate
from live.address import Refused
from live.desk import Desk
from live.exports import names
from live.language import asked
from live.printing.printer import CannotPrint, Printer, Sheet
from live.sources import NO_STORE, told

MIME = "application/pdf"


def routes(city: Callable[[], City | None], desk: Callable[[View], Desk], within: Callable[[View, str], bool],
           printer: Printer) -> Blueprint:
    """Only a page is printed, and only one that whoever asks may see; its address is made anew from what was understood of it."""
    blueprint = Blueprint("printing", __name__)

    @blueprint.get("/print/<path:page>")
    def pdf(page: str) -> Response:
        language, here, scope = asked(request), city(), gate.scope()
        if here is None:
            return told(503, say("notice.loading", language))
        try:
            view = address.read(here, f"/{page}", request.query_string.decode(errors="replace"), language, scope)
            if scope is not None and not within(view, scope):
                raise Refused(address.OFF_LIMITS, 403)
            if view.page is None:
                return told(404, say("take.no_page", language))
            found = desk(view)
            paper = printer.pdf(sheet(found, bearer()))
        except Refused as refused:
            return told(refused.status, refused.words[language])
        except CannotPrint as error:
            return told(503, say(str(error), language))
        except DataUnavailable:
            return told(503, say("notice.unreachable", language))
        response = Response(paper, mimetype=MIME, headers=NO_STORE)
        response.headers["Content-Disposition"] = names.attached(names.filed(found.look, titled(found), "pdf"))
        return response

    return blueprint


def sheet(desk: Desk, cookie: tuple[str, str] | None = None) -> Sheet:
    """The page of a view, to be printed; `cookie` is that of whoever wants it."""
    return Sheet(f"{href(desk.view)}&theme=light", foot(desk), cookie)


def titled(desk: Desk) -> str:
    """What a page's file is called by."""
    page, look = desk.view.page, desk.look
    if isinstance(page, IndicatorPage | WhyPage):
        return look.read(INDICATORS[page.key].title)
    key = "" if page is None else f"page.{page.name}"
    return look.say(key) if key in WORDS else look.say("product")


def bearer() -> tuple[str, str] | None:
    """The wall's cookie of whoever asks: the printer sees no more than he does."""
    held = request.cookies.get(gate.COOKIE)
    return None if held is None else (gate.COOKIE, held)


def foot(desk: Desk) -> str:
    """What stands below each sheet: city, region, and when it was printed."""
    look = desk.look
    at = desk.tick.now.astimezone(look.zone).strftime("%Y-%m-%d %H:%M")
    parts = (look.say("product"), look.read(look.city.name), look.read(look.region.name), f"{at} ({look.zone})")
    return " · ".join(dict.fromkeys(parts))
