"""A city that nobody has drawn: facts are placed by the regions that they name."""

from sqlalchemy import text

from data_access import city as cities
from ingest.load import load_pack
from ingest.load_tree import survey
from ingest.pack import read
from ingest.scaffold.making import make


def test_rows_go_to_the_region_that_they_name_though_they_bear_a_coordinate(engine, tmp_path):
    places = [f"-9.1{n},38.7{n},{'North' if n < 10 else 'South'}" for n in range(30)]
    rows = "".join(f"{n},2026-03-01 10:{n:02d},noise,too loud,{place}\n" for n, place in enumerate(places))
    (tmp_path / "files").mkdir()
    (tmp_path / "files/tickets.csv").write_text(f"case id,created,category,description,lon,lat,district\n{rows}")
    made = make("town", tmp_path / "files", packs=tmp_path)
    load_pack(engine, made.folder, stage="basics", var=tmp_path)
    load_pack(engine, made.folder, stage="history", var=tmp_path)
    city = cities.load(engine)
    assert city is not None and city.root.bounds is None and city.root.label is None
    with engine.connect() as connection:
        placed = [tuple(row) for row in connection.execute(text("""
            SELECT r.code, count(*) FROM city_case c JOIN region r USING (region_id)
             GROUP BY r.code ORDER BY r.code"""))]
    assert placed == [("North", 10), ("South", 20)]


def test_guiyang_is_10_districts_146_streets_and_1629_villages_by_their_codes():
    tree = survey(read("guiyang")).tree
    assert tree["level"].value_counts().sort_index().tolist() == [1, 10, 146, 1629]
    assert tree["geom"].isna().all()
    below = tree[tree["level"] > 1]
    assert all(code.startswith(parent) for code, parent in zip(below["code"], below["parent"], strict=True))
    named = dict(zip(tree["code"], tree["name_en"], strict=True))
    assert named["520102"] == "南明区", "where there is no English name, the Chinese one"
