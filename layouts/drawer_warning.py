"""One public warning: what, where, from when until when, and what is to be done."""

from typing import Any

from dash import html

from data_access.warnings import Warning
from layouts import ages, links, states
from layouts.drawer import origin, pairs, sheet, state
from layouts.look import Look


def warning(look: Look, found: Warning) -> list[Any]:
    """Draw the warning."""
    grave = found.severity in ("extreme", "severe")
    mark = state("bad" if grave else "watch", "bad" if grave else "watch", look.say(f"severity.{found.severity}"))
    region = look.city.regions[found.region_id]
    return sheet(look, [mark, *states.simulated(found.simulated, look.language)], found.external_id, look.read(found.headline), [
        pairs([
            (look.say("warning.event"), look.read(found.event)),
            (look.say("warning.region"), links.link(look.read(region.name), links.to_region(look.view, region.code))),
            (look.say("warning.sent"), ages.at_time(look, found.sent_at)),
            (look.say("warning.onset"), ages.at_time(look, found.onset_at)),
            (look.say("warning.expires"), [ages.at_time(look, found.expires_at), *assumed(look, found)]),
            (look.say("warning.sender"), found.sender),
            (look.say("warning.signature"), None if found.signature is None else look.say(f"signature.{found.signature}")),
            (look.say("trace"), None if found.trace is None else html.Span(origin(look, found.trace), className="t3")),
        ]), *told(look, found)])


def assumed(look: Look, found: Warning) -> list[Any]:
    """That the end is not the sender's, where none of its blocks names one."""
    ends = any(one.get("expires") for one in found.infos)
    return [] if ends or not found.infos else [html.Span(f" · {look.say('warning.no_end')}", className="t3")]


def told(look: Look, found: Warning) -> list[Any]:
    """What it says, in the reader's language or else in its first; and its headlines in all others."""
    own = next((one for one in found.infos if str(one.get("language", "")).startswith(look.language)), None)
    own = own or next(iter(found.infos), None)
    if own is None:
        return []
    said = [html.P(line, className="t2") for name in ("description", "instruction")
            for line in str(own.get(name) or "").split("\n") if line]
    others: list[tuple[str, Any]] = [(str(one.get("language", "")), str(one["headline"])) for one in found.infos
                                     if one is not own and one.get("headline")]
    return [*said, *([pairs(others)] if others else [])]
