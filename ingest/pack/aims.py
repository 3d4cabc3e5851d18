"""What the city aims at, and the colours it wears."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from indicators.definition import Target
from indicators.library import INDICATORS
from ingest.pack.parts import Part

HEX = r"^#[0-9A-Fa-f]{6}$"
SEQUENCE, DIVERGING = 6, 7          # of the ramp for values, and of the one around a target

Colour = Annotated[str, Field(pattern=HEX)]


class Aim(Part):
    """Where a value begins to be good, and where it begins to be bad; between them it needs watching."""

    good: float
    bad: float

    @property
    def target(self) -> Target:
        """The same as the rest of the program holds it."""
        return Target(self.good, self.bad)


def fitting(aims: dict[str, Aim]) -> dict[str, Aim]:
    """Aims of indicators that there are, the right way round."""
    for key, aim in aims.items():
        if key not in INDICATORS:
            raise ValueError(f"{key!r} is no indicator; docs/adding-an-indicator.md says where they are")
        better = INDICATORS[key].better
        if better == "neither":
            raise ValueError(f"{key} is neither better high nor low, so it has no target")
        if (aim.good < aim.bad) == (better == "higher") and aim.good != aim.bad:
            raise ValueError(f"{key} is better {better}, so good must lie {'above' if better == 'higher' else 'below'} bad")
    return aims


Aims = Annotated[dict[str, Aim], AfterValidator(fitting)]


def steps(count: int) -> object:
    """So many colours."""
    return Field(min_length=count, max_length=count)


class Palette(Part):
    """The colours of one theme; what is left out stays as it is."""

    values: Annotated[list[Colour], steps(SEQUENCE)] | None = Field(None, description="Of the map, from few to many")
    target: Annotated[list[Colour], steps(DIVERGING)] | None = Field(None, description="Of the map, from best to worst")
    accent: Colour | None = Field(None, description="Of what is selected")

    @model_validator(mode="after")
    def rising(self) -> "Palette":
        """More is told by lightness, not by hue alone: eyes differ."""
        light = [lightness(colour) for colour in self.values or []]
        if light != sorted(light) and light != sorted(light, reverse=True):
            raise ValueError("values: each colour must be lighter than the one before it, or each darker")
        return self

    def tokens(self) -> dict[str, str]:
        """The screen's names for them."""
        names = [f"--seq-{n}" for n in range(1, SEQUENCE + 1)]
        ends = [f"--div-{n}" for n in (1, 2, 3, 0, 4, 5, 6)]
        made = dict(zip(names, self.values or (), strict=False)) | dict(zip(ends, self.target or (), strict=False))
        return made | ({"--accent": self.accent} if self.accent else {})


class Colours(Part):
    """The colours of the dark and of the light theme."""

    dark: Palette = Palette()
    light: Palette = Palette()

    def style(self) -> str:
        """What the page says of them; nothing where they are the screen's own."""
        parts = [f":root{scope}{{{';'.join(f'{name}:{colour}' for name, colour in palette.tokens().items())}}}"
                 for scope, palette in (("[data-theme=dark]", self.dark), ("[data-theme=light]", self.light)) if palette.tokens()]
        return "".join(parts)


def lightness(colour: str) -> float:
    """How light a colour is (relative luminance of sRGB)."""
    parts = [int(part, 16) / 255 for part in re.findall(r"[0-9A-Fa-f]{2}", colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
