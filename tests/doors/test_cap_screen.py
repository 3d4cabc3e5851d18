"""From a message to the screen: the warning's area on the map, its words in the drawer, until it ends."""

import json
from datetime import UTC, datetime, timedelta

import shapely
from sqlalchemy import Engine

from data_access.city import City
from data_access.warnings import active, areas
from doors.serving import create_doors
from doors.state import States
from indicators.scope import Scope
from layouts import stage
from layouts.drawer_warning import warning
from layouts.look import Look
from layouts.view import View
from tests.doors.cap_messages import alert, area, info, polygon
from tests.layouts.test_panel import text

NOW = datetime(2026, 3, 4, 18, 0, tzinfo=UTC)


def test_a_warning_stands_on_the_map_as_drawn_and_its_drawer_says_what_to_do(engine: Engine, town: City) -> None:
    """It lies across two streets; expires is the default of 24 hours after noon in New York."""
    door = create_doors(engine, States(engine)).test_client()
    said = "<description>Water\nrises</description><instruction>Stay &lt;b&gt;inside&lt;/b&gt;</instruction>"
    message = alert("m", info("en", headline="Flood", expires=None, more=said, areas=area(polygon(1.5, 2.5))),
                    info("zh", headline="洪水", expires=None, areas=area(polygon(1.5, 2.5))),
                    info("fr", headline="Inondation", expires=None, areas=area(polygon(1.5, 2.5))))
    assert door.post("/cap/v1", data=message.encode(), headers={"Authorization": "Bearer secret"}).get_json()["taken"] == 1
    root, apart = (town.region(code).region_id for code in ("T", "T2"))
    look = Look(View(Scope("T", language="en")), town, NOW)

    feature, = stage.warned_areas(look, areas(engine, root, NOW))["features"]
    assert (feature["properties"]["tone"], feature["properties"]["headline"]) == ("bad", "Flood")
    assert shapely.from_geojson(json.dumps(feature["geometry"])).bounds == (0.015, 0.002, 0.025, 0.008)
    assert areas(engine, apart, NOW) == ()
    assert areas(engine, root, NOW + timedelta(days=1)) == ()

    found, = active(engine, root, NOW)
    drawn = text(warning(look, found))
    for words in ("Flood", "Water", "Stay inside", "Inondation", "洪水", "the sender names no end", "met@town.example"):
        assert words in drawn, words
