"""`/briefings/<plan>/<day>/<file>`: a kept briefing, to whoever may see its region."""

from collections.abc import Callable
from datetime import date

from flask import Blueprint, Response, request, send_file

from data_access.city import City
from indicators.editions import Copy, Edition
from layouts.words import say
from live import gate
from live.address import OFF_LIMITS
from live.briefings import office
from live.exports import names
from live.exports.files import MIMES
from live.language import asked
from live.printing.routes import MIME
from live.reach import inside
from live.sources import NO_STORE, told

TYPES = {**MIMES, "pdf": MIME}


def routes(city: Callable[[], City | None]) -> Blueprint:
    """A file is found among what is kept, never by a path that is made of an address."""
    blueprint = Blueprint("briefings", __name__)

    @blueprint.get("/briefings/<plan>/<day>/<name>")
    def briefing(plan: str, day: str, name: str) -> Response:
        language, here, scope = asked(request), city(), gate.scope()
        if here is None:
            return told(503, say("notice.loading", language))
        kept = office.office(here)
        edition = None if kept is None else kept.shelf.edition(plan, read(day))
        copy = None if edition is None else next((one for one in edition.copies if one.file == name), None)
        if scope is not None and (copy is None or not seen(here, copy, scope)):
            return told(403, OFF_LIMITS[language])
        if kept is None or edition is None or copy is None or copy.size is None:
            return told(404, say("briefing.kept.gone", language))
        try:
            answer = send_file(kept.shelf.path(edition, copy).absolute(), TYPES[copy.form], etag=False, conditional=False)
        except FileNotFoundError:
            return told(404, say("briefing.kept.gone", language))
        answer.headers.update(NO_STORE)
        answer.headers["Content-Disposition"] = names.attached(called(here, edition, copy))
        return answer

    return blueprint


def read(day: str) -> date:
    """A day; what is none is one of which nothing is kept."""
    try:
        return date.fromisoformat(day)
    except ValueError:
        return date.min


def seen(city: City, copy: Copy, scope: str) -> bool:
    """Whether a copy's region lies in the one that may be seen."""
    return copy.region in city.codes and inside(city, city.region(copy.region), scope)


def called(city: City, edition: Edition, copy: Copy) -> str:
    """What a copy is called by whoever keeps it."""
    place = city.region(copy.region).name[copy.language] if copy.region in city.codes else copy.region
    days = "_".join(dict.fromkeys((edition.first.isoformat(), edition.last.isoformat())))
    kind = say(f"page.briefing.{edition.span}", copy.language)
    return f"{names.plain(f'{kind}-{place}-{days}')}.{copy.form}"
