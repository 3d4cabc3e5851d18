"""Picking cases out: what a filter's values are called, the links that choose and drop them, the mark of what they spare."""

from collections.abc import Sequence
from typing import Any

from dash import html

from data_access.case_names import CaseNames
from data_access.cases import CaseLine
from indicators.definition import Indicator
from indicators.filters import LATENESS, NOBODY, STEPS, applies, chosen
from indicators.scope import Field, Filter
from indicators.text import Text
from layouts import links
from layouts.look import Look
from layouts.words import WORDS

SAID = 3  # so many values of a field a chip names


def pick(look: Look, field: Field, value: str, children: Any, name: str = "pick") -> Any:
    """Something that stands for a value: pressed, only cases of it are shown; pressed again, all."""
    on = value in chosen(look.view.scope.filters, field)
    return links.link(children, links.toggled(look.view, field, value), className=f"{name} on" if on else name,
                      title=look.say("filter.drop" if on else "filter.only"))


def state_of(look: Look, line: CaseLine) -> str | None:
    """The state that a case is shown in, as a filter's value; None where it cannot be filtered by."""
    lateness = line.lateness(look.now)
    found = line.state if lateness == "open" else lateness
    return found if found in (*STEPS, *LATENESS) else None


def state_word(look: Look, line: CaseLine, word: str) -> Any:
    """A case's state in words, by which it can be filtered."""
    value = state_of(look, line)
    return word if value is None else pick(look, "state", value, word)


def called(look: Look, names: CaseNames, field: Field, value: str) -> str:
    """A value's name; what is unknown keeps its code."""
    if field == "class":
        return look.read(names.classes.get(value, Text(value, value)))
    if field == "agency":
        return look.say("case.unassigned") if value == NOBODY else look.read(names.agencies.get(value, Text(value, value)))
    key = f"channel.{value}" if field == "channel" else "map.open" if value == "open" else f"case.{value}"
    return look.say(key) if key in WORDS else value


def chips(look: Look, names: CaseNames) -> list[Any]:
    """What the screen is filtered by, a chip a field that takes it away again; nothing where it is not."""
    picked = look.view.scope.filters
    if not picked:
        return []
    clear = links.link(look.say("filter.clear"), links.unfiltered(look.view), className="clear")
    return [*(chip(look, names, one) for one in picked), clear]


def chip(look: Look, names: CaseNames, one: Filter) -> Any:
    """One field and its values."""
    values = [called(look, names, one.field, value) for value in one.values]
    field = look.say(f"filter.{one.field}")
    return links.link(
        [html.Span(field, className="t3"), html.Span(briefly(look, values), className="values"),
         html.Span("✕", **{"aria-hidden": "true"})],
        links.without(look.view, one.field), className="chip on",
        title=look.say("filter.remove", field=field, values=" + ".join(values)))


def briefly(look: Look, values: Sequence[str]) -> str:
    """The first values by name, the others by number."""
    said = " + ".join(values[:SAID])
    left = len(values) - SAID
    return said if left <= 0 else look.say("filter.more", values=said, n=left)


def spared(look: Look, indicator: Indicator) -> bool:
    """Whether the screen is filtered and this indicator is not."""
    return bool(look.view.scope.filters) and not applies(indicator)


def not_filtered(look: Look, shown: bool, word: str = "filter.not") -> list[html.Span]:
    """The mark of a number that the filters do not apply to, where it is."""
    return [html.Span(look.say(word), className="tag spared", title=look.say("filter.not.why"))] if shown else []


def of_all(look: Look, shown: bool) -> list[html.Span]:
    """The same where there is little room."""
    return not_filtered(look, shown, "filter.all")
