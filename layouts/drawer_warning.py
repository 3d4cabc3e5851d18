"""One public warning: what, where, from when until when."""

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
            (look.say("warning.expires"), [ages.at_time(look, found.expires_at)]),
            (look.say("trace"), None if found.trace is None else html.Span(origin(look, found.trace), className="t3")),
        ])])
