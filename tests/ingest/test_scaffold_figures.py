"""Figures of regions, as censuses publish them, are drafted: a column for each figure or year."""

from pathlib import Path

import geopandas
import pytest
from shapely.geometry import box

from ingest.mapping.figures import figures, known
from ingest.pack import read
from ingest.scaffold.making import Made, make
from ingest.trial.known import known as surveyed
from ingest.trial.report import Trial
from ingest.trial.sample import trials

QUARTERS = ("Centro", "Lagoa", "Morro", "Praia")
REGIONS = "código,nome\n" + "".join(f"{n + 1},{name}\n" for n, name in enumerate(QUARTERS))
BY_YEAR = "População residente por bairro;;;\nFonte: Censo;;;\nBairro;1991;2000;2022\n" + "".join(
    f"{name};1.00{n};1.50{n};2.00{n}\n" for n, name in enumerate(QUARTERS)) + "Total;4.006;6.006;8.006\n"
BY_FIGURE = "Bairro;População total;Domicílios;65 anos;Renda média;Área km2\n" + "".join(
    f"{name};200{n};70{n};{'X' if n == 1 else 90 + n};1500;3\n" for n, name in enumerate(QUARTERS))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A town of four quarters with two tables of its people."""
    folder = tmp_path_factory.mktemp("census")
    (folder / "files").mkdir()
    for name, text in {"bairros.csv": REGIONS, "populacao.csv": BY_YEAR, "censo_2010.csv": BY_FIGURE}.items():
        (folder / "files" / name).write_text(text, encoding="latin-1")
    return make("town", folder / "files", packs=folder)


@pytest.fixture(scope="module")
def tried(made: Made) -> dict[str, Trial]:
    return {trial.table: trial for trial in trials(surveyed(read(made.folder)))}


def drawn(folder: Path, name: str, shapes: list[object], **columns: list[str]) -> None:
    (folder / "files").mkdir(exist_ok=True)
    geopandas.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326").to_file(folder / "files" / name)


def test_a_column_for_each_year_becomes_the_population_of_each(made: Made, tried: dict[str, Trial]) -> None:
    told = tried["data/populacao.csv"]
    assert (told.subject, told.taken, told.rejected) == ("statistics", 12, 3), "four quarters, three years; a total is none"
    assert {why.code for why in told.reasons} == {"unknown_region"}
    examples = {column.name: column.example for column in told.columns}
    assert (examples["key"], examples["period"], examples["value"]) == ("population", "1991", "1000"), "1.000 are a thousand"


def test_a_column_for_each_figure_leaves_out_what_must_not_be_added_up(made: Made, tried: dict[str, Trial]) -> None:
    source = next(one for one in read(made.folder).sources if one.key == "censo-2010")
    mapping = source.datasets[0].map
    assert mapping.long is not None and mapping.long.columns is not None
    assert list(mapping.long.columns) == ["population", "households", "65 anos"], "neither medians nor areas add up"
    assert mapping.columns["period"].value == "2010", "the year that the file is called by"
    told = tried["data/censo_2010.csv"]
    assert (told.taken, told.rejected) == (11, 0), "one figure of twelve is kept back as X: it is none, and no mistake"


@pytest.mark.parametrize(("name", "key"), [
    ("常住人口", "population"), ("2020_POP", "population"), ("Total Population / Persons", "population"),
    ("家庭户", "households"), ("population density", None), ("序号", None)])
def test_figures_are_known_by_what_they_are_called(name: str, key: str | None) -> None:
    assert known(name) == key


def test_a_table_without_figures_is_none_of_figures() -> None:
    assert figures([], "census 2020") is None


def test_a_table_of_sectors_gives_every_level_that_it_names(tmp_path: Path) -> None:
    cells = [box(x, y, x + 1, y + 1) for x in range(4) for y in range(4)]
    drawn(tmp_path, "setores.gpkg", cells, CD_SETOR=[f"35{n + 1:04d}" for n in range(16)], NM_UF=["São Paulo"] * 16,
          CD_DIST=[str(1 + n // 8) for n in range(16)], NM_DIST=["Norte" if n < 8 else "Sul" for n in range(16)],
          CD_BAIRRO=[f"{n // 4 + 10}" for n in range(16)], NM_BAIRRO=[QUARTERS[n // 4] for n in range(16)])
    there = surveyed(read(make("town", tmp_path / "files", packs=tmp_path).folder))
    found = there.survey.tree
    assert [level.key for level in there.pack.levels] == ["city", "district", "street", "village"]
    assert dict(zip(found["code"], found["parent"], strict=True))["350006"] == "11" and len(found) == 1 + 2 + 4 + 16
    assert found.set_index("code").loc["11", "parent"] == "1"


def test_beats_are_below_areas_whose_numbers_their_own_column_only_resembles(tmp_path: Path) -> None:
    """The beats' column "district" holds 1 and 2, which are codes of areas too, but the beats do not lie there."""
    drawn(tmp_path, "community_areas.geojson", [box(x, 0, x + 1, 1) for x in range(4)],
          area_numbe=[str(n + 1) for n in range(4)], community=list(QUARTERS))
    drawn(tmp_path, "beats.geojson", [box(x / 2, 0, x / 2 + 0.5, 1) for x in range(8)], beat_num=[f"0{n}11" for n in range(8)],
          district=["1" if n % 2 else "2" for n in range(8)])
    there = surveyed(read(make("town", tmp_path / "files", packs=tmp_path).folder))
    found = there.survey.tree.set_index("code")
    assert [level.key for level in there.pack.levels] == ["city", "village", "grid"], "each below what is above it"
    assert found.loc["0711", "parent"] == "4" and found.loc["1", "name_en"] == "Centro"


def test_codes_that_two_levels_share_are_told_apart(tmp_path: Path) -> None:
    drawn(tmp_path, "wards.geojson", [box(x, 0, x + 1, 1) for x in range(4)], WARD_NO=["1", "2", "3", "4"],
          WARD_NAME=list(QUARTERS), ZONE_NO=["1", "1", "2", "2"], ZONE_NAME=["North", "North", "South", "South"])
    found = surveyed(read(make("town", tmp_path / "files", packs=tmp_path).folder)).survey.tree
    assert len(found) == 1 + 2 + 4 and found["code"].is_unique


def test_the_zone_is_that_of_the_place_not_of_the_nearest_great_city(tmp_path: Path) -> None:
    """Jaipur is nearer to Karachi than to Calcutta."""
    drawn(tmp_path, "wards.geojson", [box(75.8 + x / 10, 26.9, 75.9 + x / 10, 27) for x in range(2)], WARD_NO=["1", "2"],
          WARD_NAME=["Amer", "Sodala"])
    assert read(make("town", tmp_path / "files", packs=tmp_path).folder).time_zone == "Asia/Kolkata"


def test_a_table_of_figures_without_a_year_says_what_to_write(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files/bairros.csv").write_text(REGIONS, encoding="latin-1")
    (tmp_path / "files/habitantes.csv").write_text(BY_FIGURE, encoding="latin-1")
    folder = make("town", tmp_path / "files", packs=tmp_path).folder
    written = (folder / "sources/habitantes.yaml").read_text(encoding="utf-8")
    assert "# period: {value: 2020}   # needed: write the year of these figures" in written
