"""Long tables: what is drawn stands beside what is sorted and filtered by."""

from layouts.table import Cell, Column, Row, table
from live.picture import encode

COLUMNS = [Column("name", "Region"), Column("n", "Cases", "number", 120), Column("at", "Seen", "instant")]
ROWS: list[Row] = [{"id": "T1", "name": "Area T1", "n": Cell(1234, "1,234"), "at": Cell("2026-03-04T17:00:00Z", "12:00")},
                   {"id": "T2", "name": "Area T2", "n": Cell(None, "—"), "at": None}]


def drawn(rows):
    return table("children", "All regions", COLUMNS, rows).children


def test_a_row_carries_values_with_their_faces_and_its_own_key():
    assert drawn(ROWS).rowData == [
        {"id": "T1", "name": "Area T1", "n": 1234, "n$": "1,234", "at": "2026-03-04T17:00:00Z", "at$": "12:00"},
        {"id": "T2", "name": "Area T2", "n$": "—"},
    ]


def test_numbers_are_filtered_as_numbers_and_stand_right():
    name, number, instant = drawn(ROWS).columnDefs
    assert (name["filter"], number["filter"], instant["filter"]) == ("agTextColumnFilter", "agNumberColumnFilter", False)
    assert number["type"] == "rightAligned" and number["width"] == 120


def test_a_short_table_stands_whole_and_a_long_one_scrolls_and_shows_its_filters():
    many: list[Row] = [{"id": str(at), "name": f"Area {at}", "n": at} for at in range(26)]
    short, long = drawn(ROWS), drawn(many)
    assert short.dashGridOptions == {"domLayout": "autoHeight"} and long.dashGridOptions == {}
    assert "floatingFilter" not in short.columnDefs[0] and long.columnDefs[0]["floatingFilter"]


def test_a_row_without_a_key_of_its_own_has_its_place():
    assert [row["id"] for row in drawn([{"name": "a"}, {"name": "b"}]).rowData] == ["0", "1"]


def test_a_table_can_be_sent_to_a_browser():
    assert b'"namespace":"dash_ag_grid"' in encode({"part": {"children": table("t", "T", COLUMNS, ROWS)}})["part"]["children"]


def test_on_a_phone_a_column_is_as_wide_as_it_says_and_a_drawing_is_never_sorted():
    columns = [Column("name", "Region", narrow=112), Column("course", "Course", "drawing", 190), Column("why", "Why", narrow=0)]
    name, course, why = table("t", "T", columns, [{"name": "a"}], 46).children.columnDefs
    assert (name["narrow"], why["narrow"]) == (112, 0) and "narrow" not in course
    assert course["sortable"] is False and course["filter"] is False
    assert table("t", "T", columns, [], 46).children.dashGridOptions == {"domLayout": "autoHeight", "rowHeight": 46}
