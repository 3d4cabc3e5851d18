"""What stands in place of the map of a city that nobody has drawn."""

from data_access.readings import ChildReading
from indicators.library import INDICATORS
from indicators.reading import Reading
from layouts.board import board
from layouts.ramp import Ramp
from tests.layouts import town
from tests.layouts.test_panel import text

RAMP = Ramp("sequence", (10.0,), (1, 6))


def test_every_region_has_a_tile_with_its_name_its_value_and_its_colour_and_leads_to_itself() -> None:
    look = town.look("nyc", "en")
    regions = look.city.children(look.region)
    values = [9.0, 11.0, None]
    parts = [ChildReading(region, Reading(INDICATORS["event_open"], "ok" if value else "no_data", value))
             for region, value in zip(regions, values, strict=False)]
    note, tiles = board(look, parts, RAMP)
    assert "No boundaries" in text(note)
    links = [tile.children for tile in tiles.children]
    assert [link.href.partition("?")[0] for link in links] == [f"/r/{region.code}" for region in regions[:3]]
    assert [link.children[0].className for link in links] == ["ramp-seq-1", "ramp-seq-6", "map-key-hatch"]
    told = [f"{region.name.en} {value}" for region, value in zip(regions, ("9", "11", "No data"), strict=False)]
    assert [text(link).strip() for link in links] == told


def test_the_region_looked_at_is_marked_among_its_neighbours() -> None:
    look = town.look("MN")
    part = ChildReading(look.region, Reading(INDICATORS["event_open"], "ok", 9.0))
    assert board(look, [part], RAMP)[1].children[0].children.className == "here"
