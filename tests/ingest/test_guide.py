"""docs/adding-a-city.md, followed literally: a folder of odd files, a draft, one line mended, loaded; nothing is lost."""

from sqlalchemy import text

from data_access import city as cities
from ingest.load import load_pack
from ingest.scaffold.making import make
from tests.ingest import oddtown


def test_the_odd_towns_files_are_on_the_screen_after_one_line_was_mended(engine, tmp_path):
    made = make("oddtown", oddtown.write(tmp_path / "files"), name="奇镇", packs=tmp_path)
    source = made.folder / "sources/cases.yaml"
    source.write_text(source.read_text().replace("      place:\n", "      place:\n        datum: gcj02\n"))
    load_pack(engine, made.folder, stage="basics", var=tmp_path)
    load_pack(engine, made.folder, stage="history", var=tmp_path)
    city = cities.load(engine)
    assert city is not None and city.root.name.zh == "奇镇" and city.root.bounds is not None and not city.peopled
    with engine.connect() as connection:
        placed = {row[0]: row[1] for row in connection.execute(text(
            "SELECT r.code, count(*) FROM city_case c JOIN region r USING (region_id) GROUP BY r.code"))}
        rejects = [tuple(row) for row in connection.execute(text(
            "SELECT row_no, reasons->0->>'code' FROM reject ORDER BY row_no"))]
        said = connection.execute(text("SELECT count(*) FROM observation")).scalar()
        closed = connection.execute(text("SELECT count(*) FROM city_case WHERE state = 'closed'")).scalar()
    assert placed == {code: oddtown.CASES // 4 for code, _, _ in oddtown.STREETS}
    assert rejects == [(122, "time"), (123, "range"), (124, "missing")]
    assert (said, closed) == (24 * oddtown.DEVICES, oddtown.CASES * 2 // 3)
