"""The briefings that are kept: their days, their files, and what could not be made; and what is planned."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from urllib.parse import quote

from dash import html

from indicators.editions import Copy, Edition, Plan
from indicators.text import LANGUAGES
from layouts import formats, links, periods, states
from layouts.address.pages import BriefingPage
from layouts.look import Look
from layouts.page import Column, part, table

SHOWN = 8      # on a briefing's own page; the page of all has them all


@dataclass(frozen=True)
class Line:
    """One edition of one region."""

    edition: Edition
    region: str
    copies: tuple[Copy, ...]


def lines(editions: Sequence[Edition]) -> Iterator[Line]:
    """A line for each edition of each region."""
    for edition in editions:
        for region in dict.fromkeys(copy.region for copy in edition.copies):
            yield Line(edition, region, tuple(copy for copy in edition.copies if copy.region == region))


def beside(look: Look, editions: Sequence[Edition]) -> list[Any]:
    """The newest of one region, below its briefing; nothing where none is kept."""
    found = list(lines(editions))
    if not found:
        return []
    every = links.link(look.say("briefing.kept.all", n=len(found)), links.to_briefings(look.view), className="all")
    return [html.Div(part(look.say("briefing.kept"), [listed(look, found[:SHOWN], named=False)], [every]), className="no-print")]


def title(look: Look) -> list[Any]:
    """Whose briefings they are."""
    return [html.H1(look.say("briefings.title", place=look.read(look.region.name)))]


def every(look: Look, editions: Sequence[Edition]) -> list[Any]:
    """All that are kept of a region and below."""
    found = list(lines(editions))
    body = listed(look, found, named=True) if found else html.P(look.say("briefing.kept.none"), className="t3")
    return part(look.say("briefing.kept"), [body])


def listed(look: Look, found: Sequence[Line], *, named: bool) -> html.Table:
    """The table; `named` says of which region each is."""
    heads = ("days", "kind", *(["region"] if named else []), "files", "at")
    columns = [Column(word, "text", "" if key == "days" else word, name=f"kept-{key}") for key in heads
               for word in [look.say(f"briefing.kept.{key}")]]
    rows = [[days(look, one), look.say(f"page.briefing.{one.edition.span}"), *([place(look, one.region)] if named else []),
             files(look, one), made(look, one)] for one in found]
    return table(columns, rows, look.say("briefing.kept"), "kept-grid")


def days(look: Look, one: Line) -> Any:
    """The days that it speaks of; they lead to the page with the same numbers."""
    edition = one.edition
    first, last = (datetime.combine(day, time(12), look.zone) for day in (edition.first, edition.last))
    told = periods.between(look, first, last) if first != last else periods.dated(look, first, first.year != look.now.year)
    return links.link(told, links.on_page(look.view, BriefingPage(edition.span, edition.first), one.region))


def place(look: Look, code: str) -> str:
    """A region's name; its code where the city does not have it."""
    return look.read(look.city.region(code).name) if code in look.city.codes else code


def files(look: Look, one: Line) -> list[Any]:
    """Its files, by language; then what could not be made, and why."""
    there = []
    for language in LANGUAGES:
        copies = [copy for copy in one.copies if copy.language == language and copy.size is not None]
        if copies:
            name = look.say(f"briefing.in.{language}")
            there.append(html.Span([html.Span(name, className="t3"), *(file(look, one.edition, copy, name) for copy in copies)],
                                   className="files"))
    return [*there, *(failed(look, copy) for copy in one.copies if copy.why is not None)]


def file(look: Look, edition: Edition, copy: Copy, language: str) -> html.A:
    """The link to a copy's file."""
    form = look.say(f"briefing.kept.{copy.form}")
    return html.A(form, href=address(edition, copy), download="", **{"aria-label": f"{language} {form}"})


def address(edition: Edition, copy: Copy) -> str:
    """Where a copy's file is to be had; live/briefings/routes.py sends it."""
    return f"/briefings/{quote(edition.plan, safe='')}/{edition.first.isoformat()}/{quote(copy.file, safe='')}"


def failed(look: Look, copy: Copy) -> html.Small:
    """What could not be made: which, why, for the how manieth time, and when."""
    name = f"{look.say(f'briefing.in.{copy.language}')} {look.say(f'briefing.kept.{copy.form}')}"
    why = "" if copy.why is None else look.read(copy.why)
    at = formats.moment(copy.at, look.now, look.zone, look.language)
    return html.Small([states.glyph("bad"), " ", look.say("briefing.kept.failed", file=name, why=why, n=copy.tries, at=at)])


def made(look: Look, one: Line) -> str:
    """When its newest file was made."""
    there = [copy.at for copy in one.copies if copy.size is not None]
    return formats.moment(max(there), look.now, look.zone, look.language) if there else formats.NONE


def planned(look: Look, plans: Sequence[Plan]) -> list[Any]:
    """What is made by itself, when, of what, and when next."""
    body: Any = html.P(look.say("briefings.none"), className="t3") if not plans else html.Ul(
        [html.Li([html.P(plan(look, one)), html.P(of(look, one), className="t3")]) for one in plans], className="plans")
    return part(look.say("briefings.plans"), [body])


def plan(look: Look, one: Plan) -> str:
    """What it is, and when."""
    following = one.next(look.now.astimezone(look.zone).replace(tzinfo=None)).replace(tzinfo=look.zone)
    at = f"{formats.date(following, look.zone, look.language)} {formats.clock(following, look.zone)}"
    return look.say("briefings.plan", kind=look.say(f"page.briefing.{one.span}"), at=one.at.strftime("%H:%M"), keep=one.keep,
                    next=at)


def of(look: Look, one: Plan) -> str:
    """Its regions, languages and forms."""
    levels = [look.say("briefings.level", level=formats.many(level.name, 2, look.language)) if level.number
              else look.read(look.city.name) for level in look.city.levels if level.key in one.levels]
    regions = look.say("list.comma").join((*levels, *(place(look, code) for code in one.regions)))
    forms = (look.say(f"briefing.kept.{form}") for form in one.forms)
    spoken = (look.say(f"briefing.in.{language}") for language in one.languages)
    return " · ".join((look.say("briefings.of", regions=regions), *spoken, *forms))
