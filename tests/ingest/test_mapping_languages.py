"""Columns of many languages are understood, and each language's file speaks of what there is."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from ingest.mapping.cells import Sheet
from ingest.mapping.choices import words as choices
from ingest.mapping.figures import known as figure
from ingest.mapping.guess import guess, subjects
from ingest.mapping.hints import CityAround
from ingest.mapping.languages import files
from ingest.mapping.looks import look
from ingest.mapping.series import called, known, named
from ingest.mapping.units import told
from ingest.mapping.vocabulary import likeness, words
from ingest.pack import read
from ingest.rows import FIELDS
from ingest.scaffold.making import make
from ingest.trial.known import known as known_pack
from ingest.trial.sample import trials

SOMEWHERE = CityAround(ZoneInfo("UTC"), None, None)
# What desks of these countries call a complaint's number, kind, place, report and end.
CASES = {
    "ru": "Номер обращения;Категория;Район;Дата регистрации;Дата закрытия;Описание;Исполнитель",
    "uk": "Номер звернення;Категорія;Район;Дата реєстрації;Дата закриття;Опис;Виконавець",
    "ko": "접수번호;민원유형;자치구;접수일시;완료일시;민원내용;처리부서",
    "ja": "受付番号;通報種別;町丁目;受付日時;完了日時;通報内容;担当課",
    "ar": "رقم البلاغ;نوع البلاغ;المنطقة;تاريخ البلاغ;تاريخ الإغلاق;الوصف;الجهة المسؤولة",
    "he": "מספר פנייה;סוג פנייה;שכונה;תאריך פתיחה;תאריך סגירה;תיאור;אגף",
    "tr": "BAŞVURU NO;KONU;İLÇE;BAŞVURU TARİHİ;KAPANIŞ TARİHİ;AÇIKLAMA;BİRİM",
    "el": "ΑΡΙΘΜΟΣ ΑΙΤΗΜΑΤΟΣ;Κατηγορία;Δημοτική Κοινότητα;Ημερομηνία υποβολής;Ημερομηνία ολοκλήρωσης;Περιγραφή;Υπηρεσία",
    "vi": "Mã phản ánh;Lĩnh vực;Quận/Huyện;Ngày tiếp nhận;Ngày kết thúc;Nội dung;Đơn vị xử lý",
    "id": "Nomor Laporan;Kategori;Kecamatan;Tanggal Laporan;Tanggal Selesai;Isi Laporan;Instansi",
    "th": "เลขที่เรื่อง;ประเภทเรื่อง;เขต;วันที่แจ้ง;วันที่เสร็จสิ้น;รายละเอียด;หน่วยงาน",
    "zh_Hant": "案件編號;案件類別;行政區;受理時間;結案時間;陳情內容;承辦機關",
    "pl": "Nr zgłoszenia;Kategoria;Dzielnica;Data zgłoszenia;Data zakończenia;Opis;Wydział",
    "pt": "Protocolo;Assunto;Bairro;Data de Abertura;Data do Parecer;Descrição;Órgão",
}


@pytest.mark.parametrize("language", CASES)
def test_a_table_of_complaints_is_understood_by_its_header(language: str) -> None:
    head = CASES[language].split(";")
    rows = [[f"A-{n}", f"kind {n % 5}", f"ward {n % 7}", f"2026-03-{n % 20 + 1:02} 10:{n:02}",
             f"2026-04-{n % 20 + 1:02} 10:{n:02}", f"what happened in street {n}", f"desk {n % 3}"] for n in range(40)]
    frame = pd.DataFrame(rows, columns=head)
    assert subjects(frame, SOMEWHERE)[0][0] == "cases"
    mapping = guess(frame, "cases", SOMEWHERE).mapping()
    taken = {field: value if isinstance(value, str) else value["column"] for field, value in mapping["columns"].items()}
    assert taken == {"id": head[0], "class": head[1], "reported_at": head[3], "title": head[5]}
    assert mapping["place"]["region"]["column"] == head[2]
    assert mapping["steps"]["closed"] == head[4] and mapping["steps"]["reported"]["agency"] == head[6]


# How towns list their districts, what one is called there, and how a complaint names it.
DISTRICTS = {
    "ru": ("Код района,Наименование района", "Тверской", "Тверской район", "Номер обращения,Дата регистрации,Категория,Район"),
    "ko": ("자치구코드,자치구명", "종로구", "종로", "접수번호,접수일시,민원유형,자치구"),
    "th": ("รหัสเขต,ชื่อเขต", "เขตบางรัก", "บางรัก", "เลขที่เรื่อง,วันที่แจ้ง,ประเภทเรื่อง,เขต"),
    "vi": ("Mã quận,Tên quận", "Quận Ba Đình", "Ba Đình", "Mã phản ánh,Ngày tiếp nhận,Lĩnh vực,Quận/Huyện"),
    "tr": ("İLÇE KODU,İLÇE ADI", "Kadıköy", "Kadıköy İlçesi", "BAŞVURU NO,BAŞVURU TARİHİ,KONU,İLÇE"),
    "zh_Hant": ("行政區代碼,行政區名稱", "大安區", "大安", "案件編號,受理時間,案件類別,行政區"),
    "pl": ("TERYT,Dzielnica", "Żoliborz", "Dzielnica Żoliborz", "Nr zgłoszenia,Data zgłoszenia,Kategoria,Dzielnica"),
}


@pytest.mark.parametrize("language", DISTRICTS)
def test_districts_are_found_by_the_names_that_complaints_give_them(language: str, tmp_path: Path) -> None:
    head, name, written, cases = DISTRICTS[language]
    (tmp_path / "files").mkdir()
    (tmp_path / "files/regions.csv").write_text(f"{head}\n101,{name}\n" + "".join(
        f"{102 + n},{other}\n" for n, other in enumerate(("Alpha", "Beta", "Gamma"))), encoding="utf-8")
    (tmp_path / "files/cases.csv").write_text(f"{cases}\n" + "".join(
        f"A-{n},2026-03-{n % 9 + 1:02} 10:00,kind {n % 3},{(written, 'Alpha', 'Beta')[n % 3]}\n"
        for n in range(30)), encoding="utf-8")
    tried = {trial.table: trial for trial in trials(known_pack(read(make("town", tmp_path / "files", packs=tmp_path).folder)))}
    assert (tried["data/cases.csv"].subject, tried["data/cases.csv"].taken, tried["data/cases.csv"].rejected) == ("cases", 30, 0)


@pytest.mark.parametrize(("column", "key", "rest"), [
    ("Температура воздуха, °C", "temperature", ", °C"), ("초미세먼지(㎍/㎥)", "pm25", "(㎍/㎥)"),
    ("Sıcaklık (°C)", "temperature", " (°C)"), ("อุณหภูมิ(°C)", "temperature", "(°C)"),
    ("風速(m/s)", "wind_speed", "(m/s)"), ("氣溫(°C)", "temperature", "(°C)"),
    ("Direção do vento", "wind_direction", "")])
def test_quantities_are_known_in_many_languages(column: str, key: str, rest: str) -> None:
    one = named(column)
    assert one is not None and (one.key, one.after) == (key, rest)


@pytest.mark.parametrize(("name", "unit"), [
    ("PM2.5 (ug/m3)", "µg/m³"), ("초미세먼지(㎍/㎥)", "µg/m³"), ("Температура воздуха, °С", "°C"), ("Скорость ветра, м/с", "m/s"),
    ("Давление, мм рт. ст.", "mmHg"), ("سرعة الرياح (م/ث)", "m/s"), ("風速（m/s）", "m/s"), ("O3 [ppb]", "ppb"),
    ("Umidade (%)", "%"),
    ("LAeq dB(A)", "dB(A)"), ("Wind direction (°)", "°"), ("PM10", None), ("Temperature (min)", None), ("PM2.5 (24h)", None),
    ("station (A)", None)])
def test_a_name_tells_its_unit(name: str, unit: str | None) -> None:
    """The least temperature is no temperature in minutes."""
    assert told(name) == unit


def test_units_in_names_become_those_of_the_properties(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    for n, unit in enumerate(("°C", "°F")):
        (tmp_path / f"files/air{n}.csv").write_text(f"station,time,PM2.5 (ug/m3),Temperature ({unit})\n" + "".join(
            f"S{m % 2},2026-03-05 {m:02}:00,{m}.5,1{m}\n" for m in range(20)), encoding="utf-8")
    written = (make("town", tmp_path / "files", packs=tmp_path).folder / "city.yaml").read_text(encoding="utf-8")
    assert "en: PM2.5, unit: µg/m³}" in written
    assert "en: temperature, unit: °C}   # also comes in °F: say `unit: °F` where it does" in written


def test_no_quantity_is_a_part_of_a_longer_word() -> None:
    """Noisy is not noise, in Russian too."""
    assert named("шумный") is None and named("шум") is not None


def test_a_quantity_is_called_in_chinese_and_in_english() -> None:
    assert called("wind_direction") == ("风向", "wind direction")
    assert all(re.search("[\u4e00-\u9fff]", called(key)[0]) and called(key)[1].isascii() for key in known())


def test_accents_and_capitals_make_no_difference() -> None:
    assert likeness("closed", "تاريخ الاغلاق") == likeness("closed", "تاريخ الإغلاق")
    assert likeness("region", "İLÇE") == likeness("region", "ilce") > 0.9
    assert likeness("agency", "Orgao responsavel") == likeness("agency", "Órgão responsável") > 0.9


@pytest.mark.parametrize("language", files())
def test_a_language_speaks_of_fields_quantities_subjects_and_words_that_there_are(language: str) -> None:
    said = files()[language]
    assert set(said) <= {"columns", "properties", "subjects", "choices", "flags", "figures", "regions"}
    assert set(said.get("columns", {})) <= set(words()) and set(said.get("properties", {})) <= set(known())
    assert set(said.get("subjects", {})) <= set(FIELDS) and set(said.get("flags", {})) in (set(), {"yes", "no"})
    levels = {"district", "street", "village"}
    assert set(said.get("regions", {})) <= {"code", "name", "ends", "before", "after", *levels}
    assert set(said.get("regions", {}).get("ends", {})) <= levels
    allowed = {field.name: field.allowed for subject in FIELDS.values() for field in subject if field.allowed}
    assert all(set(taken) <= set(allowed[field]) for field, taken in said.get("choices", {}).items())
    assert all(isinstance(word, str) for part in ("columns", "properties", "subjects", "figures")
               for listed in said.get(part, {}).values() for word in listed)


@pytest.mark.parametrize(("cells", "written"), [
    (["113/04/01", "113/12/31"], "%Ey/%m/%d"), (["1130401", "1121231"], "%Ey%m%d"),
    (["民國113年4月1日", "民國99年1月1日"], "iso"),
    (["2024/04/01", "2024/12/31"], "iso")])
def test_years_of_the_republic_are_told_where_they_are_counted(cells: list[str], written: str) -> None:
    taipei = CityAround(ZoneInfo("Asia/Taipei"), None, None)
    assert look("when", Sheet(pd.DataFrame({"when": cells * 10})), taipei).format == written


@pytest.mark.parametrize(("zone", "column", "year", "ours"), [
    ("Asia/Bangkok", "ปี พ.ศ.", "2566", "2023"), ("Asia/Taipei", "年度", "112", "2023"), ("Asia/Bangkok", "ปี", "2023", None)])
def test_years_of_other_calendars_stand_in_a_table_beside_ours(zone: str, column: str, year: str, ours: str | None) -> None:
    frame = pd.DataFrame({column: [year] * 4, "region": [*"ABCD"], "population": ["1012", "1300", "1250", "980"]})
    period = guess(frame, "statistics", CityAround(ZoneInfo(zone), None, None)).mapping()["columns"]["period"]
    assert period == ({"column": column, "table": {year: ours}} if ours else column)


def test_what_a_state_or_a_figure_is_called_is_known() -> None:
    assert choices()["status"]["폐업"] == "closed" and figure("Численность населения 2024") == "population"


@pytest.mark.parametrize(("cells", "reading"), [
    (["1\u202f234", "12\u2009345\u2009678", "7"], {"thousands": " "}),
    (["1\u00a0234,5", "0,25"], {"decimal": ",", "thousands": " "}),
    (["1'234.5", "12’345.75"], {"thousands": "'"}), (["1,23,456.5", "12,34,56,789"], {"thousands": ","}),
    (["١٬٢٣٤٫٥", "٧"], {"thousands": ","})])
def test_marks_between_the_thousands_of_any_country_are_told(cells: list[str], reading: dict[str, str]) -> None:
    frame = pd.DataFrame({"value": cells * 10})
    one = look("value", Sheet(frame), SOMEWHERE)
    assert one.reading == reading and one.numeric == 1.0


def test_signs_of_figures_that_are_kept_back_stand_beside_those_that_mean_nothing_anyway() -> None:
    frame = pd.DataFrame({"Distrito": [*"ABCDE"], "População": ["12", "X", "-", "40", "25"],
                          "Domicílios": ["3", "4", "X", "9", "8"]})
    columns = guess(frame, "statistics", SOMEWHERE, "Censo 2022").mapping()["long"]["columns"]
    assert columns == {"population": {"column": "População", "also_empty": ["X"]},
                       "households": {"column": "Domicílios", "also_empty": ["X"]}}


def test_pairs_of_numbers_are_told_among_cells_that_are_none() -> None:
    frame = pd.DataFrame({"where": ["31.1,121.5", "31.2,121.6", "31.3,121.7", "00ea"]})
    assert guess(frame, "places", SOMEWHERE).mapping()["place"] == {"point": "where", "order": "lat_lon"}


@pytest.mark.parametrize(("cells", "written"), [
    (["05/03/2567 14:05", "29/02/2567 08:00", "13/01/2567 08:00"], "%d/%m/%EY %H:%M"),
    (["2567-03-05", "2567-03-25"], "%EY-%m-%d"),
    (["5 มี.ค. 2567", "25 ม.ค. 2567"], "%d %b %EY"), (["令和6年4月1日", "令和元年5月1日"], "iso"), (["R6.4.1", "H31.4.30"], "iso"),
    (["2024. 4. 1. 오후 2:05:00", "2024. 4. 13. 오전 9:05:00"], "iso"),
    (["5 de março de 2024", "25 de abril de 2024"], "%d de %b de %Y"),
    (["05.03.2024, 14:05:00", "25.03.2024, 08:00:00"], "%d.%m.%Y, %H:%M:%S"), (["14:05 25/03/2024"], "%H:%M %d/%m/%Y"),
    (["2024030114", "2024032500"], "%Y%m%d%H"), (["1709618700", "1711618700"], "epoch_s"), (["٢٠٢٤-٠٣-٢٥"], "iso"),
    (["5 марта 2024", "25 мая 2024"], "%d %b %Y"), (["9999-12-31", "9999-12-31"], "iso")])
def test_dates_of_many_countries_are_told(cells: list[str], written: str) -> None:
    """A day without an end, 9999, is no year of Thailand's calendar."""
    one = look("when", Sheet(pd.DataFrame({"when": cells * 10})), SOMEWHERE)
    assert (one.format, one.timely) == (written, 1.0)
