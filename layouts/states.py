"""A state is a shape, a word and a colour, always together: no state is told by colour alone."""

from collections.abc import Iterable
from typing import Any, Literal

from dash import html

from data_access.cases import CaseLine
from data_access.devices import Health
from indicators.reading import Reading
from indicators.text import Language
from layouts import formats
from layouts.look import Look
from layouts.words import say

Shape = Literal["good", "watch", "bad", "open", "stale", "dead", "alarm", "archive"]
Tone = Literal["good", "watch", "bad", "stale", "dead", "plain", "quiet"]


def glyph(shape: Shape, tone: Tone | None = None) -> html.I:
    """A state's shape; it is drawn by the style sheet and read out by the word beside it."""
    return html.I(className=f"g g-{shape} {tone or natural(shape)}", **{"aria-hidden": "true"})


def natural(shape: Shape) -> Tone:
    """The colour a shape has by itself."""
    tones: dict[Shape, Tone] = {
        "good": "good", "watch": "watch", "bad": "bad", "open": "quiet", "stale": "stale", "dead": "dead",
        "alarm": "watch", "archive": "quiet",
    }
    return tones[shape]


def tag(kind: Literal["sim", "stale", "dead"], language: Language) -> html.Span:
    """The mark of simulated, stale or lost data."""
    word = {"sim": "state.simulated", "stale": "state.stale", "dead": "state.dead"}[kind]
    children: list[Any] = [] if kind == "sim" else [glyph("stale" if kind == "stale" else "dead", "plain")]
    return html.Span([*children, say(word, language)], className=f"tag {kind}")


def simulated(shown: bool, language: Language) -> list[html.Span]:
    """The mark of simulated data, where it is."""
    return [tag("sim", language)] if shown else []


def short_mark(language: Language) -> html.Span:
    """The mark of simulated data where there is little room; the whole word is read out on it."""
    return html.Span(say("state.simulated.short", language), className="tag sim", title=say("state.simulated", language))


def alarming(number: int) -> list[Any]:
    """A number that somebody should look into, unless it is nought."""
    return [formats.digits(number, 0), *([" ", glyph("bad")] if number else [])]


def any_simulated(readings: Iterable[Reading]) -> bool:
    """Whether any of these readings shows something simulated."""
    return any(reading.simulated and reading.status in ("ok", "stale", "dead") for reading in readings)


def reading_glyph(reading: Reading) -> html.I | None:
    """The shape of a reading's state; None where there is nothing to say."""
    if reading.status in ("stale", "dead"):
        return glyph("stale" if reading.status == "stale" else "dead")
    state = reading.target_state
    return None if state is None else glyph(state)


def reading_word(reading: Reading, language: Language) -> str:
    """The word of a reading's state: against its target when it is current, else why it is not."""
    if reading.status == "ok":
        return say(f"state.{reading.target_state or 'ok'}", language)
    return say(f"state.{reading.status}", language)


def case_state(look: Look, line: CaseLine) -> tuple[Shape, Tone, str]:
    """A case's shape, colour and word: its lateness, or where its steps have brought it."""
    lateness = line.lateness(look.now)
    if lateness == "overdue":
        return "bad", "bad", look.say("case.overdue")
    if lateness == "due_soon":
        return "watch", "watch", look.say("case.due_soon")
    if lateness == "closed":
        return "good", "good", look.say("case.closed")
    return "open", "plain", look.say(f"case.{line.state}")


def device_state(health: Health, language: Language) -> tuple[Shape, Tone, str]:
    """A device's shape, colour and word."""
    shapes: dict[Health, tuple[Shape, Tone]] = {
        "ok": ("good", "good"), "watch": ("watch", "watch"), "alarm": ("alarm", "watch"), "offline": ("dead", "dead"),
    }
    shape, tone = shapes[health]
    return shape, tone, say(f"device.{health}", language)
