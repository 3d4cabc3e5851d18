"""What a table is taken for by what its file, its sheet and its columns are called."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.mapping.signs import signs
from ingest.pack import read
from ingest.rows import FIELDS
from ingest.scaffold.making import Made, make
from ingest.trial.known import known
from ingest.trial.report import Trial
from ingest.trial.sample import trials

REGIONS = "代码,名称\n" + "".join(f"52010{n},第{n}区\n" for n in range(1, 5))
OFFICES = "序号,单位编码,单位名称,联系电话,办公地址\n" + "".join(
    f"{n + 1},BM{n},{name},027-8{n},解放路{n}号\n" for n, name in enumerate(("城管局", "园林局", "公安局")))
CALLS = "工单编号,来电时间,来电号码,诉求类型,诉求内容,所属区域,承办单位,是否满意,回访时间,办结时间\n" + "".join(
    f"{56100000000 + n if n != 4 else '5.61E+10'},2026/11/{n % 9 + 1} 9:05,1390000{n:04d},{('咨询', '投诉')[n % 2]},路灯不亮,"
    f"第{n % 4 + 1}区,园林局,{('满意', '不满意', '')[n % 3]},2026/11/20 10:00,2026/11/19 10:00\n" for n in range(40))
FILES = "序号,案卷号,小类,问题描述,上报时间,立案时间,结案时间,责任部门,所属区\n" + "".join(
    f"{n + 1},LJ{n:05d},井盖,请处理,2026-11-0{n % 9 + 1} 09:05,2026-11-1{n % 9} 09:05,2026-11-20 10:00,"
    f"{('城管局', '公安局')[n % 2]},第{n % 4 + 1}区\n" for n in range(40))
WORKS = "Protocolo;Data/Hora Abertura;Data/Hora Encerramento;Assunto;Descrição da Solicitação;Bairro;Celular\n" + "".join(
    f"2026{n:05d};{n % 28 + 1:02d}/10/2026 09:05:00;{'' if n % 3 else '20/11/2026 09:05:00'};Buraco na via;Munícipe relata;"
    f"第{n % 4 + 1}区;1998{n:06d}\n" for n in range(40))
SENT = {"行政区划.csv": REGIONS, "承办单位名录.csv": OFFICES, "12345热线来电.csv": CALLS, "案卷明细.csv": FILES,
        "solicitacoes_156.csv": WORKS}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """As departments send them: a list of offices, a hotline's calls, the files of cases, and a Brazilian 156."""
    folder = tmp_path_factory.mktemp("city")
    (folder / "files").mkdir()
    for name, text in SENT.items():
        (folder / "files" / name).write_text(text, encoding="utf-8")
    return make("town", folder / "files", packs=folder)


@pytest.fixture(scope="module")
def tried(made: Made) -> dict[str, Trial]:
    return {trial.table: trial for trial in trials(known(read(made.folder)))}


def mapping(made: Made, table: str) -> dict[str, Any]:
    what = dict(made.taken)[table]
    source = yaml.safe_load((made.folder / what.rpartition(" → ")[2]).read_text(encoding="utf-8"))
    found: dict[str, Any] = source["datasets"][0]["map"]
    return found


def test_a_list_of_offices_is_one_of_agencies_called_as_the_cases_call_them(made: Made, tried: dict[str, Trial]) -> None:
    assert dict(made.taken)["承办单位名录.csv"].startswith("agencies →")
    assert mapping(made, "承办单位名录.csv")["columns"] == {
        "code": "单位名称", "name_zh": "单位名称", "name_en": "单位名称", "region": {"value": "town"}}
    assert (tried["data/承办单位名录.csv"].taken, tried["data/承办单位名录.csv"].rejected) == (3, 0)


def test_a_hotlines_calls_are_messages_and_a_cut_number_is_refused(made: Made, tried: dict[str, Trial]) -> None:
    assert dict(made.taken)["12345热线来电.csv"].startswith("messages →")
    columns = mapping(made, "12345热线来电.csv")["columns"]
    assert columns["id"] == "工单编号"
    assert columns["satisfaction"] == {"column": "是否满意", "table": {"满意": "4", "不满意": "2"}}
    trial = tried["data/12345热线来电.csv"]
    assert (trial.taken, trial.rejected, [(why.code, why.line) for why in trial.reasons]) == (39, 1, [("cut", 6)])
    assert any("codes that a spreadsheet cut" in hint for hint in trial.hints)


def test_a_sheets_own_numbering_is_no_identity_and_who_has_a_case_is_told(made: Made, tried: dict[str, Trial]) -> None:
    found = mapping(made, "案卷明细.csv")
    assert found["columns"]["id"] == "案卷号"
    assert found["steps"].pop("reported") == {"column": "上报时间", "agency": "责任部门"}
    assert found["steps"] == {"registered": "立案时间", "closed": "结案时间"}
    assert (tried["data/案卷明细.csv"].taken, tried["data/案卷明细.csv"].rejected) == (40, 0)


def test_when_a_case_was_opened_is_not_when_it_was_closed_nor_a_telephone_its_number(made: Made, tried: dict[str, Trial]) -> None:
    found = mapping(made, "solicitacoes_156.csv")
    assert found["columns"]["id"] == "Protocolo"
    assert found["columns"]["reported_at"] == {"column": "Data/Hora Abertura", "format": "%d/%m/%Y %H:%M:%S"}
    assert found["steps"]["closed"] == {"column": "Data/Hora Encerramento", "format": "%d/%m/%Y %H:%M:%S"}
    assert (tried["data/solicitacoes_156.csv"].taken, tried["data/solicitacoes_156.csv"].rejected) == (40, 0)


def test_signs_speak_for_subjects_that_there_are() -> None:
    assert set(signs()) <= set(FIELDS)
    assert all(word == word.casefold() for words in signs().values() for word in words)


def test_a_name_of_nothing_known_makes_no_agencies_of_two_columns(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files/kinds.csv").write_text("code,name\n" + "".join(f"A{n},Thing {n}\n" for n in range(30)))
    (tmp_path / "files/区划.csv").write_text(REGIONS, encoding="utf-8")
    assert not dict(make("town", tmp_path / "files", packs=tmp_path).taken)["kinds.csv"].startswith("agencies")


def test_properties_that_a_column_names_are_called_by_their_keys(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    (files / "行政区划.csv").write_text(REGIONS, encoding="utf-8")
    rows = (f"S{n % 3},{('PM2.5', '气温(℃)', '油烟')[n % 3]},{n}.5,2026-11-01 {n % 24:02d}:00:00\n" for n in range(60))
    (files / "监测数据.csv").write_text("设备编号,监测项,监测值,监测时间\n" + "".join(rows), encoding="utf-8")
    made = make("town", files, packs=tmp_path)
    assert mapping(made, "监测数据.csv")["columns"]["property"] == {
        "column": "监测项", "table": {"PM2.5": "pm25", "气温(℃)": "temperature", "油烟": "油烟"}}
    city = yaml.safe_load((made.folder / "city.yaml").read_text(encoding="utf-8"))
    assert {one["key"] for one in city["properties"]} == {"pm25", "temperature", "油烟"}
