"""A folder of files as a town's data staff have them: every file in another make, none described.

Four streets of two districts near 106.7° E, 26.6° N, each a square of 0.01 degrees from west to east: 10, 11 in 01; 20, 21 in 02.
"""

import csv
from pathlib import Path
from zipfile import ZipFile

import geopandas
import numpy as np
from openpyxl import Workbook
from shapely.geometry import box

from geo.datums import from_wgs84

WEST, SOUTH, SIDE = 106.70, 26.60, 0.01
STREETS = (("000010", "甲街道", "0001"), ("000011", "乙街道", "0001"), ("000020", "丙镇", "0002"), ("000021", "丁镇", "0002"))
CASES, DEVICES = 120, 12
KINDS = ("井盖缺失", "路灯不亮", "乱倒垃圾")


def write(folder: Path) -> Path:
    """Write the files."""
    folder.mkdir(parents=True)
    streets(folder / "街道边界.zip")
    districts(folder / "区划代码.xlsx")
    cases(folder / "工单2026.csv")
    devices(folder / "传感器台账.xlsx")
    readings(folder / "监测数据.csv")
    (folder / "说明.docx").write_bytes(b"PK not a table")
    return folder


def streets(path: Path) -> None:
    """A zipped shapefile in CGCS2000 three-degree metres, with GBK names and a junk file."""
    shapes = [box(WEST + n * SIDE, SOUTH, WEST + (n + 1) * SIDE, SOUTH + SIDE) for n in range(len(STREETS))]
    table = geopandas.GeoDataFrame(
        {"JDDM": [code for code, _, _ in STREETS], "JDMC": [name for _, name, _ in STREETS],
         "QXDM": [upper for _, _, upper in STREETS]}, geometry=shapes, crs=4490).to_crs(4545)
    folder = path.with_suffix("")
    folder.mkdir()
    table.to_file(folder / "jd.shp", encoding="GBK")
    with ZipFile(path, "w") as archive:
        for part in sorted(folder.iterdir()):
            archive.write(part, part.name)
            part.unlink()
        archive.writestr("__MACOSX/._jd.shp", b"junk")
    folder.rmdir()


def districts(path: Path) -> None:
    """A workbook whose title stands in merged cells above the header."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "区划"
    sheet.append(["某某镇区划代码表（2026）"])
    sheet.merge_cells("A1:B1")
    for row in (["区划代码", "区划名称"], ["0001", "东区"], ["0002", "西区"]):
        sheet.append(row)
    book.save(path)


def cases(path: Path) -> None:
    """Cases in GB 18030 with semicolons; points in GCJ-02; three rows that cannot be taken."""
    lon, lat = from_wgs84(WEST + SIDE * 4 * (np.arange(CASES) + 0.5) / CASES, np.full(CASES, SOUTH + SIDE / 2), "gcj02")
    with path.open("w", encoding="gb18030", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(["工单编号", "受理时间", "结案时间", "问题类型", "问题描述", "来源", "经度", "纬度", "所属街道"])
        for n in range(CASES):
            street = STREETS[n * 4 // CASES]
            closed = f"2026/03/{n % 20 + 2:02d} 17:30" if n % 3 else ""
            reported, kind = f"2026/03/{n % 20 + 1:02d} 08:{n % 60:02d}", KINDS[n % 3]
            point = f"{lon[n]:.6f}", f"{lat[n]:.6f}"
            out.writerow([f"GD{n:05d}", reported, closed, kind, f"{kind}，请处理", "热线", *point, street[1]])
        out.writerow(["GD90001", "2026/13/45 08:00", "", KINDS[0], "日期写错", "热线", "106.705", "26.605", "甲街道"])
        out.writerow(["GD90002", "2026/03/05 08:00", "", KINDS[0], "经纬度颠倒", "热线", "26.605", "106.705", ""])
        out.writerow(["GD90003", "2026/03/05 08:00", "", KINDS[0], "没有地点", "热线", "", "", ""])


def devices(path: Path) -> None:
    """Devices, placed by the names of their streets."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["设备编号", "设备名称", "设备类型", "安装时间", "所属街道"])
    for n in range(DEVICES):
        sheet.append([f"S{n:03d}", f"{n} 号井", "水位计", f"2025-01-{n + 1:02d}", STREETS[n % 4][1]])
    book.save(path)


def readings(path: Path) -> None:
    """Readings in UTF-16, one row a device and hour."""
    with path.open("w", encoding="utf-16", newline="") as file:
        out = csv.writer(file, delimiter="\t")
        out.writerow(["设备编号", "监测指标", "监测时间", "监测值"])
        for hour in range(24):
            for n in range(DEVICES):
                out.writerow([f"S{n:03d}", "水位", f"2026-03-04 {hour:02d}:00:00", f"{1 + n / 10:.2f}"])
