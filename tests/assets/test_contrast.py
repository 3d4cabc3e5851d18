"""What the tokens promise: text that can be read and states that can be told apart, in both themes and by everybody."""

import re
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pytest
from colorspacious import cspace_convert, deltaE

from indicators.text import LANGUAGES
from layouts.words import say

Theme = Literal["light", "dark"]
Rgb = tuple[float, float, float]
ASSETS = Path(__file__).parents[2] / "assets"
THEMES: tuple[Theme, ...] = get_args(Theme)
SHEETS = {file.name: file.read_text(encoding="utf-8") for file in ASSETS.glob("*.css")}
LIGHT_DARK = re.compile(r"(--[a-z0-9-]+): light-dark\((#[0-9A-F]{6}), (#[0-9A-F]{6})\)")
TOKENS = {name: {"light": light, "dark": dark} for name, light, dark in LIGHT_DARK.findall(SHEETS["tokens.css"])}

GROUNDS = ("--ground", "--surface", "--raised")
TEXTS = ("--text-1", "--text-2", "--text-3", "--good", "--watch", "--bad", "--stale", "--sim")
ON = {"--on-accent": ("--accent",), "--on-dead": ("--dead",), "--ground": ("--bad", "--watch", "--dead")}
MARKS = ("--good", "--watch", "--bad", "--stale", "--dead", "--ink", "--ink-soft", "--text-2", "--text-3")
MAP = (*(name for name in TOKENS if re.match(r"--(seq|div)-", name)), "--water", "--land-out")
ON_MAP = ("--bad", "--watch", "--dead", "--text-1", "--text-2")     # drawn with a casing of --halo
STATES = ("--good", "--watch", "--bad", "--stale", "--dead", "--sim")
BLINDNESS = ("deuteranomaly", "protanomaly", "tritanomaly")
READABLE, SEEN = 4.5, 3.0        # WCAG 2 AA: text, and marks or large text
APART = 9.0                      # CAM02-UCS; about 1 is just noticeable side by side


def rgb(colour: str) -> Rgb:
    red, green, blue = (int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def luminance(colour: Rgb) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Rgb, other: Rgb) -> float:
    """WCAG's ratio, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def token(name: str, theme: Theme) -> Rgb:
    return rgb(TOKENS[name][theme])


def mixed(above: Rgb, below: Rgb, share: float) -> Rgb:
    red, green, blue = (share * one + (1 - share) * other for one, other in zip(above, below, strict=True))
    return red, green, blue


def seen(colour: Rgb, blindness: str) -> Rgb:
    """As somebody sees it who lacks one kind of cone (Machado 2009)."""
    space = {"name": "sRGB1+CVD", "cvd_type": blindness, "severity": 100}
    red, green, blue = np.clip(cspace_convert(colour, space, "sRGB1"), 0, 1)
    return float(red), float(green), float(blue)


def used(properties: str) -> Iterator[tuple[str, str]]:
    """The tokens that these properties take in any style sheet, each with the sheet."""
    for sheet, text in SHEETS.items():
        for value in re.findall(rf"[{{;\s](?:{properties})\s*:\s*var\((--[a-z0-9-]+)\)", text):
            yield value, sheet


def test_black_on_white_is_twenty_one_to_one_and_a_colour_on_itself_one() -> None:
    assert contrast((0, 0, 0), (1, 1, 1)) == 21
    assert contrast(rgb("#4F97FF"), rgb("#4F97FF")) == 1
    assert round(contrast(rgb("#777777"), rgb("#FFFFFF")), 2) == 4.48   # the well-known grey that just fails


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", [*GROUNDS, "--bad-tint"])
@pytest.mark.parametrize("text", [*TEXTS, "--dead"])
def test_text_is_read_on_every_ground(text: str, ground: str, theme: Theme) -> None:
    assert contrast(token(text, theme), token(ground, theme)) >= READABLE


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "ground"), [(text, ground) for text, grounds in ON.items() for ground in grounds])
def test_text_is_read_on_what_is_filled_with_a_colour(text: str, ground: str, theme: Theme) -> None:
    assert contrast(token(text, theme), token(ground, theme)) >= READABLE


def test_every_token_that_colours_text_is_judged_here() -> None:
    assert {name for name, _ in used("color")} <= {*TEXTS, *ON, "--dead", "--accent"}
    assert [sheet for name, sheet in used("color") if name == "--accent"] == [], "the accent is no text's colour"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("below", MAP)
def test_the_legends_words_are_read_whatever_passes_beneath_them(below: str, theme: Theme) -> None:
    share = int(re.findall(r"color-mix\(in srgb,var\(--ground\) (\d+)%,transparent\)", SHEETS["map.css"])[0]) / 100
    ground = mixed(token("--ground", theme), token(below, theme), share)
    assert min(contrast(token(text, theme), ground) for text in ("--text-1", "--text-2", "--text-3")) >= READABLE


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("mark", MARKS)
def test_marks_and_chart_ink_are_seen_on_every_ground(mark: str, theme: Theme) -> None:
    assert min(contrast(token(mark, theme), token(ground, theme)) for ground in GROUNDS) >= SEEN


@pytest.mark.parametrize("theme", THEMES)
def test_the_focus_ring_is_seen_on_every_ground_and_on_the_map(theme: Theme) -> None:
    drawn = re.compile(r"focus-visible[^}]*outline:[^;}]*var\((--[a-z-]+)\)")
    rings = {declared for text in SHEETS.values() for declared in drawn.findall(text)}
    assert rings == {"--accent"}
    assert min(contrast(token("--accent", theme), token(ground, theme)) for ground in (*GROUNDS, "--water", "--land-out")) >= SEEN


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("mark", ON_MAP)
def test_a_mark_on_the_map_stands_out_from_its_casing(mark: str, theme: Theme) -> None:
    assert contrast(token(mark, theme), token("--halo", theme)) >= SEEN


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ramp", ["seq", "div"])
def test_neighbouring_classes_of_the_map_are_told_apart(ramp: str, theme: Theme) -> None:
    order = [f"--{ramp}-{step}" for step in ((1, 2, 3, 4, 5, 6) if ramp == "seq" else (1, 2, 3, 0, 4, 5, 6))]
    for blindness in BLINDNESS:
        for one, other in pairwise(order):
            pair = [seen(token(name, theme), blindness) for name in (one, other)]
            assert deltaE(*pair, input_space="sRGB1") >= APART / 2, (one, other, blindness)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("one", "other"), list(combinations(STATES, 2)))
def test_two_states_are_told_apart_by_everybody(one: str, other: str, theme: Theme) -> None:
    pair = token(one, theme), token(other, theme)
    distances = {kind: deltaE(*(seen(colour, kind) for colour in pair), input_space="sRGB1") for kind in BLINDNESS}
    assert min(distances.values()) >= APART, distances
    assert deltaE(*pair, input_space="sRGB1") >= APART


def test_every_state_has_a_shape_and_a_word_of_its_own() -> None:
    names = [state.removeprefix("--") for state in STATES if state != "--sim"]
    shapes = dict(re.findall(r"\.g-([a-z]+) \{ --shape: (url\([^)]*\))", SHEETS["wall.css"]))
    assert len({shapes[name] for name in names}) == len(names)
    for language in LANGUAGES:
        assert len({say(f"state.{name}", language) for name in (*names, "simulated")}) == len(STATES)
    assert "dashed var(--sim)" in SHEETS["wall.css"], "what is simulated has a dashed frame, and nothing else has"


def test_every_mark_on_the_map_has_a_shape_of_its_own() -> None:
    script = (ASSETS / "map-style.js").read_text(encoding="utf-8")
    marks = re.findall(r'sizes\("(\w+)", "(\w+)", \[([\d.]+)[^\]]*\], \{([^}]*)\}', script)
    looks = {(shape, "stroke" in paint, float(radius) < 2) for _, shape, radius, paint in marks}
    assert len(marks) == len(looks) == 7
