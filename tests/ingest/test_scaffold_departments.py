"""Folders as departments deliver them: codes here, shapes of no named system there, a column an hour, days beside hours."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import geopandas
import numpy as np
import pandas as pd
import pytest
import yaml
from pyproj import Transformer
from shapely.geometry import box

from geo.datums import from_wgs84
from ingest.mapping.guess import guess, subjects
from ingest.mapping.hints import CityAround, of_unseen
from ingest.mapping.looks import looked_at
from ingest.pack import read
from ingest.scaffold.making import Made, make
from ingest.trial.known import known
from ingest.trial.report import Trial
from ingest.trial.sample import trials
from readers.encoding import encoding

CHINA, BRAZIL = CityAround(ZoneInfo("Asia/Shanghai")), CityAround(ZoneInfo("America/Sao_Paulo"))
CODES = "行政区划代码,行政区划名称\n420500000000,临江市\n" + "".join(
    f"42056{d}000000,{side}区\n" + "".join(f"42056{d}00{s}000,{side}{part}街道\n" for s, part in ((1, "上"), (2, "下")))
    for d, side in ((1, "江东"), (2, "江西")))
WEST, SOUTH = 114.30, 30.50


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Codes of two districts with two streets each; four grids in metres, of no named system; stations of a map vendor; cases
    with north called X; readings with a column an hour."""
    folder = tmp_path_factory.mktemp("city")
    files = folder / "files"
    files.mkdir()
    (files / "区划.csv").write_text(CODES, encoding="gb18030")
    streets = [f"42056{d}00{s}000" for d in (1, 2) for s in (1, 2)]
    squares = [box(WEST + n * 0.01, SOUTH, WEST + (n + 1) * 0.01, SOUTH + 0.01) for n in range(4)]
    grids = geopandas.GeoDataFrame({"WGBM": [f"{code[:9]}001" for code in streets], "WGMC": [f"{n}号网格" for n in range(4)],
                                    "JDBM": streets}, geometry=squares, crs=4490).to_crs(4547)
    with pytest.warns(UserWarning, match="'crs' was not provided"):
        grids.set_crs(None, allow_override=True).to_file(files / "网格.fgb", driver="FlatGeobuf")
    lon, lat = from_wgs84(np.linspace(WEST + 0.005, WEST + 0.035, 4), np.full(4, SOUTH + 0.0005), "bd09")
    (files / "空气监测站点.csv").write_text("站点编码,站点名称,站点类型,百度经度,百度纬度\n" + "".join(
        f"S{n},{n}号站,微站,{lon[n]:.6f},{lat[n]:.6f}\n" for n in range(4)), encoding="gb18030")
    hours = ",".join(f"{hour}时" for hour in range(24))
    (files / "空气小时值.csv").write_text(f"站点编码,监测项目,日期,{hours},日均值\n" + "".join(
        f"S{n},PM2.5,2026-11-{day:02d},{','.join(str(hour) for hour in range(24))},11.5\n"
        for n in range(4) for day in range(1, 8)), encoding="gb18030")
    east, north = Transformer.from_crs(4326, 4547, always_xy=True).transform(WEST + 0.005, SOUTH + 0.005)
    (files / "案卷.csv").write_text("案卷号,小类,问题描述,X坐标,Y坐标,上报时间,责任部门\n" + "".join(
        f"A{n},井盖,破损,{north + n:.2f},{east + n:.2f},2026-11-{n % 20 + 1:02d} 10:00,{('城管局', '园林局')[n % 2]}\n"
        for n in range(40)), encoding="gb18030")
    return make("town", files, packs=folder)


@pytest.fixture(scope="module")
def tried(made: Made) -> dict[str, Trial]:
    return {trial.table: trial for trial in trials(known(read(made.folder)))}


def test_shapes_of_no_named_system_hang_below_a_table_of_codes_and_lie_where_points_do(made: Made) -> None:
    files = yaml.safe_load((made.folder / "city.yaml").read_text(encoding="utf-8"))["tree"]["files"]
    assert {key: files[1][key] for key in ("level", "code", "parent", "crs")} == {
        "level": "grid", "code": "WGBM", "parent": "JDBM", "crs": "EPSG:4547"}
    tree = known(read(made.folder)).survey.tree
    assert tree["level"].value_counts().to_dict() == {0: 1, 1: 2, 2: 4, 3: 4} and tree["geom"].notna().all()


def test_points_of_a_map_vendor_are_moved_by_the_datum_that_their_columns_name(tried: dict[str, Trial]) -> None:
    assert tried["data/空气监测站点.csv"].inside == (4, 4)
    frame = pd.DataFrame({"高德经度": ["114.3"], "高德纬度": ["30.5"]})
    assert guess(frame, "places", CHINA).mapping()["place"]["datum"] == "gcj02"


def test_points_of_no_named_system_lie_where_the_city_does_and_rows_without_a_number_go_by_their_lines(tmp_path: Path) -> None:
    squares = [box(WEST + n * 0.01, SOUTH, WEST + (n + 1) * 0.01, SOUTH + 0.01) for n in range(4)]
    (tmp_path / "files").mkdir()
    wards = geopandas.GeoDataFrame({"code": list("abcd"), "name": ["North", "South", "East", "West"]}, geometry=squares, crs=4326)
    wards.to_file(tmp_path / "files/wards.gpkg")
    stations = geopandas.GeoDataFrame({"station": ["A", "B"], "name": ["Hill", "Dale"], "type": ["air", "air"]},
                                      geometry=[one.centroid for one in squares[:2]], crs=4326).to_crs(32650)
    with pytest.warns(UserWarning, match="'crs' was not provided"):
        stations.set_crs(None, allow_override=True).to_file(tmp_path / "files/stations.fgb", driver="FlatGeobuf")
    (tmp_path / "files/hotline calls.csv").write_text("call date,category,ward\n" + "2026-11-03 10:00,noise,North\n" * 20)
    found = {trial.table: trial for trial in trials(known(read(make("town", tmp_path / "files", packs=tmp_path).folder)))}
    assert (found["data/stations.fgb"].taken, found["data/stations.fgb"].inside) == (2, (2, 2))
    assert (found["data/hotline calls.csv"].subject, found["data/hotline calls.csv"].taken) == ("messages", 20)


def test_a_column_an_hour_is_a_reading_an_hour(tried: dict[str, Trial]) -> None:
    trial = tried["data/空气小时值.csv"]
    assert (trial.rows, trial.taken, trial.rejected, trial.unused) == (28, 28 * 24, 0, ("日均值",))


def test_surveyors_coordinates_fit_and_agencies_that_no_file_lists_are_written_down(made: Made, tried: dict[str, Trial]) -> None:
    assert (tried["data/案卷.csv"].taken, tried["data/案卷.csv"].rejected, tried["data/案卷.csv"].inside) == (40, 0, (40, 40))
    written = (made.folder / "agencies.csv").read_text(encoding="utf-8").splitlines()
    assert written == ["code,name_zh,name_en", "园林局,园林局,园林局", "城管局,城管局,城管局"]


def mapped(columns: dict[str, list[Any]], subject: str = "observations") -> dict[str, Any]:
    return guess(pd.DataFrame(columns, dtype=object), subject, BRAZIL).mapping()


def test_a_day_and_the_time_beside_it_are_one_time() -> None:
    rows = 48
    found = mapped({"Estação": ["AR01"] * rows, "Data": [f"{n // 24 + 12}/11/2026" for n in range(rows)],
                    "Hora": [f"{n % 24 + 1:02d}:00" for n in range(rows)], "Poluente": ["MP10"] * rows, "Valor": ["3,5"] * rows})
    assert found["columns"]["observed_at"] == {"date": "Data", "format": "%d/%m/%Y", "time": "Hora"}
    assert found["columns"]["value"] == {"column": "Valor", "decimal": ","}


def test_only_the_united_states_write_the_month_first() -> None:
    days = pd.DataFrame({"d": [f"{n:02d}/{n:02d}/2026" for n in range(1, 12)]})
    assert looked_at(days, BRAZIL)[0].format == "%d/%m/%Y"
    assert looked_at(days, CityAround(ZoneInfo("America/Chicago")))[0].format == "%m/%d/%Y"


def test_what_a_column_holds_is_told_from_all_of_the_sample() -> None:
    """The first twelve days of a month could be months, too."""
    days = pd.DataFrame({"d": [f"{n // 200 + 1:02d}/11/2026" for n in range(5_000)]})
    assert (looked_at(days, BRAZIL)[0].format, looked_at(days, BRAZIL)[0].twin) == ("%d/%m/%Y", False)


def test_a_table_with_names_and_codes_is_none_of_agencies_unless_it_says_so() -> None:
    frame = pd.DataFrame({"Ward No.": ["1", "2"], "Ward Name": ["Aundh", "Baner"]})
    assert "agencies" not in dict(subjects(frame, CHINA)) and "agencies" in dict(subjects(frame, CHINA, "departments"))


def test_without_any_shape_a_hint_says_how_an_eye_can_tell_the_datum() -> None:
    hint, = of_unseen(np.array([np.nan, 114.315]), np.array([np.nan, 30.5038]))
    assert "look the first, 30.503800, 114.315000, up on a map of each" in hint.text
    assert not of_unseen(np.array([2.35]), np.array([48.85]))


@pytest.mark.parametrize(("text", "written", "told"), [
    ("Solicitação; Órgão; São João; ações", "latin-1", "cp1252"), ("Győr; főút; hűtő; őrség", "cp1250", "cp1250"),
    ("oraşul; ţara; până; câmp", "cp1250", "cp1250")])
def test_portuguese_is_told_from_what_has_the_same_bytes(text: str, written: str, told: str) -> None:
    assert encoding(f"{text}\n".encode(written) * 20).name == told
