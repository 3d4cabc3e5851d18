"""Whoever asks for less motion gets none: all of it takes its time from tokens that fall to zero, or asks first."""

import re
from pathlib import Path

import pytest

ASSETS = Path(__file__).parents[2] / "assets"
SHEETS = sorted(ASSETS.glob("*.css"))
BY_HAND = re.compile(r"animation: [\w-]+ linear; animation-timeline: scroll\(self\)")   # follows who scrolls, and nothing else
TOKENS = (ASSETS / "tokens.css").read_text(encoding="utf-8")


def test_every_time_of_the_tokens_is_zero_for_whoever_wants_no_motion() -> None:
    times = set(re.findall(r"(--t-[a-z]+): \d+ms", TOKENS.partition("@media")[0]))
    calm = TOKENS.partition("@media (prefers-reduced-motion: reduce)")[2]
    assert times and set(re.findall(r"(--t-[a-z]+): 0ms", calm)) == times


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: str(sheet.name))
def test_nothing_in_a_style_sheet_moves_for_a_time_of_its_own(sheet: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = BY_HAND.sub("", text)
    for moving in re.findall(r"(?:transition|animation)\s*:\s*([^;}]*)", text):
        assert "var(--t-" in moving and not re.search(r"\d m?s\b|\d+m?s\b|infinite", moving), moving


def test_every_flight_of_the_map_asks_first() -> None:
    script = (ASSETS / "map.js").read_text(encoding="utf-8")
    flights = re.findall(r"^.*\b(?:easeTo|flyTo|panTo|zoomTo)\(.*$", script, flags=re.MULTILINE)
    assert flights and all("calm.matches" in flight for flight in flights)
