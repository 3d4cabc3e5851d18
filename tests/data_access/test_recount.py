"""What stands is counted anew where something changed, and nowhere else; it is the same as counting everything."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from data_access import overdue
from data_access.city import City
from data_access.stocks import Standings, recount, standings
from indicators.metrics import STOCKS

NOW = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)
KEYS = [key for key, stock in STOCKS.items() if stock.fact == "case" and not stock.recorded]
BLOCKS = ("T111", "T112", "T121", "T122", "T211", "T212", "T221", "T222")
Made = tuple[str, int, bool, bool, int | None]
CASES = st.lists(st.tuples(
    st.sampled_from(BLOCKS), st.integers(-6, 6), st.booleans(), st.booleans(), st.sampled_from([1, None])), max_size=12)


def write(engine: Engine, town: City, rows: list[Made], *, first: int) -> None:
    """Cases of these blocks: due in so many hours, closed or not, suspended or not, with somebody or nobody."""
    with engine.begin() as connection:
        for number, (block, hours, closed, suspended, agency) in enumerate(rows, start=first):
            connection.execute(text("""
                INSERT INTO city_case (case_id, source_id, external_id, class_code, channel, title, region_id, reported_at,
                                       due_at, closed_at, suspended_at, agency_id, state, state_at, received_at, batch_id, row_no)
                VALUES (:id, 1, :id, 'noise', 'phone', 'n', :region, :reported, :due, :closed, :suspended, :agency,
                        'reported', :reported, :reported, 1, 1)"""), {
                "id": number, "region": town.region(block).region_id, "reported": NOW - timedelta(hours=9),
                "due": NOW + timedelta(hours=hours), "closed": NOW - timedelta(hours=1) if closed else None,
                "suspended": NOW - timedelta(hours=2) if suspended else None, "agency": agency})


def told(town: City, standing: Standings) -> dict[tuple[str, int], tuple[int, float]]:
    return {(key, region): (amount.n, amount.total) for key in standing.keys for region in town.regions
            for amount in [standing.standing(key, region)]}


@given(before=CASES, after=CASES)
@settings(max_examples=25)
def test_counting_what_changed_is_counting_everything(
    engine: Engine, town: City, before: list[Made], after: list[Made],
) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM city_case"))
    write(engine, town, before, first=1)
    stood, late = standings(engine, KEYS, NOW), overdue.overdue(engine, town, NOW)
    touched = {town.region(block).region_id for block, *_ in after}
    with engine.begin() as connection:      # some of what was there closes, in the same blocks
        connection.execute(text("UPDATE city_case SET closed_at = :now WHERE region_id = ANY(:touched) AND case_id % 2 = 0"),
                           {"now": NOW - timedelta(minutes=1), "touched": list(touched)})
    write(engine, town, after, first=1000)
    assert told(town, recount(engine, town, stood, touched, NOW)) == told(town, standings(engine, KEYS, NOW))
    again, anew = overdue.again(engine, town, late, touched, NOW), overdue.overdue(engine, town, NOW)
    assert (again.regions, again.own) == (anew.regions, anew.own)
    assert all(again.holder(town, region) == anew.holder(town, region) for region in town.regions.values())


def test_what_lies_in_a_region_that_has_parts_is_counted_with_everything(engine: Engine, town: City) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM city_case"))
    stood = standings(engine, KEYS, NOW)
    write(engine, town, [("T111", 2, False, False, 1)], first=1)
    assert recount(engine, town, stood, {town.region("T1").region_id}, NOW).standing("case_open", town.root.region_id).n == 1
