"""A city pack small enough to check by head: two districts of two blocks each, west to east on the equator.

Block k (0 … 3) covers lon k/100 … (k+1)/100, lat 0 … 0.01: H11, H12 in H1; H21, H22 in H2.
"""

import json
from pathlib import Path
from typing import Any

import yaml

BLOCKS = ("H11", "H12", "H21", "H22")

DATASETS: list[dict[str, Any]] = [
    {"key": "figures", "subject": "statistics", "title": {"zh": "载入统计", "en": "Loading figures"},
     "read": {"path": "figures.csv"}, "checks": [{"unique": ["region", "key"]}],
     "medians": {"median_income": {"bounds": [0, 100, 200], "keys": ["low", "middle", "high"]}}, "map": {
         "columns": {"region": "district", "period": {"value": 2020}},
         "long": {"by": "key", "columns": {
             "people": {"sum": ["adults", "children"]}, "adults_only": {"sum": ["people", "-children"]},
             "low": "low", "middle": "middle", "high": "high"}}}},
    {"key": "residents", "subject": "statistics", "title": {"zh": "汇总人口", "en": "Adding up residents"},
     "read": {"path": "lots.csv"}, "add_up": True, "map": {"columns": {
         "region": {"template": "H{block:0>2}"}, "key": {"value": "population"}, "period": {"value": 2021}, "value": "people"}}},
    {"key": "lots", "subject": "places", "title": {"zh": "载入地块", "en": "Loading lots"}, "unit": {"zh": "块", "en": "lots"},
     "read": {"path": "lots.csv"}, "nearest_m": 200, "checks": [{"unique": ["id"]}], "map": {
         "columns": {"id": {"template": "{street}-{number}"}, "name": {"template": "{street}-{number}"}, "kind": {"value": "lot"},
                     "units": "homes", "population": "people", "as_of": {"value": "2022-01-01T04:59:59Z"}},
         "place": {"lon": "x", "lat": "y"}}},
    {"key": "flights", "subject": "flights", "title": {"zh": "载入航班", "en": "Loading flights"},
     "unit": {"zh": "班", "en": "flights"}, "read": {"path": "flights.csv"}, "map": {
         "columns": {"id": {"template": "{carrier}-{number}-{hour}"}, "origin": "origin", "destination": "to",
                     "carrier": "carrier",
                     "scheduled_at": {"template": "{hour} {minute:0>2}", "replace": {":00:00Z (\\d\\d)$": ":\\1:00Z"}},
                     "departure_delay_min": "late", "arrival_delay_min": "late_there"},
         "place": {"region": {"column": "origin", "aliases": {"IN": "H12", "OUT": "H"}}}}},
    {"key": "stations", "subject": "devices", "title": {"zh": "载入站点", "en": "Loading stations"},
     "read": {"path": "stations.csv"}, "map": {
         "columns": {"code": {"template": "weather:{code}"}, "kind": {"value": "weather"}, "name": "name",
                     "interval_s": {"value": 3600}, "enabled": {"value": False},
                     "installed_at": {"value": "2013-01-01T00:00:00Z"}},
         "place": {"lon": "x", "lat": "y", "region": "region"}}},
    {"key": "weather", "subject": "observations", "title": {"zh": "载入天气", "en": "Loading weather"},
     "read": {"path": "weather.csv"}, "map": {
         "columns": {"device": {"template": "weather:{origin}"}, "observed_at": "hour"},
         "long": {"columns": {"temperature": {"column": "temp", "unit": "°F", "decimals": 4},
                              "wind_speed": {"column": "wind", "unit": "mph", "decimals": 4}}}}},
]

CITY: dict[str, Any] = {
    "key": "hamlet",
    "name": {"zh": "小村", "en": "Hamlet"},
    "time_zone": "America/New_York",
    "languages": ["zh", "en"],
    "rollup_level": 1,
    "levels": [
        {"key": "city", "zh": "全市", "en": "City"}, {"key": "district", "zh": "区", "en": "District"},
        {"key": "block", "zh": "网格", "en": "Block"}],
    "tree": {
        "source": "survey", "files": [
            {"read": {"path": "regions.csv"}, "level": {"column": "level"}, "code": "code", "parent": "parent",
             "name": {"zh": "name_zh", "en": "name_en"}},
            {"read": {"path": "blocks.geojson"}, "level": "block", "code": "id", "parent": "district",
             "name": {"zh": "网格 {id}", "en": "Block {id}"}}]},
    "case_classes": "classes.csv",
    "sources": [
        {"key": "survey", "name": {"zh": "测绘", "en": "Survey"}, "owner": "Town hall", "licence": "CC0-1.0", "kind": "map",
         "datasets": DATASETS},
        {"key": "sensors", "name": {"zh": "传感", "en": "Sensors"}, "owner": "Simulator", "licence": "CC0-1.0", "kind": "iot",
         "simulated": True, "refresh_seconds": 60, "network": True}],
    "device_kinds": [{"key": "weather", "zh": "气象站", "en": "Weather station"}],
    "properties": [
        {"key": "temperature", "zh": "气温", "en": "Temperature", "unit": "°C", "minimum": -60, "maximum": 60},
        {"key": "wind_speed", "zh": "风速", "en": "Wind speed", "unit": "m/s", "watch": 17.2, "alarm": 24.5, "minimum": 0,
         "maximum": 113}],
}

FILES = {
    "regions.csv": "level,code,parent,name_zh,name_en\n0,H,,小村,Hamlet\n1,H1,H,西区,West\n1,H2,H,东区,East\n",
    "classes.csv": "code,parent_code,name_zh,name_en,due_hours\nroad,,道路,Road,\npothole,road,坑洞,Pothole,24\n",
    "figures.csv": (
        "district,people,adults,children,low,middle,high\n"
        "H1,30,20,10,4,4,2\n"       # median: half of 10 is 5: 1 of the 4 in 100 … 200, so 125
        "H2,NA,5,-,0,0,7\n"         # no children counted: no people; the median lies in the open class
        "H1,1,1,1,1,1,1\n"          # again
        "H9,1,1,1,1,1,1\n"          # nowhere
    ),
    "lots.csv": (
        "street,number,block,x,y,homes,people\n"
        "High,1,11,0.001,0.005,2,3.5\n"
        "High,2,12,0.011,0.005,1,2\n"
        "High,3,11,0.021,0.005,1,1\n"       # lies in H21, the file says H11
        "High,1,11,0.001,0.005,9,9\n"       # again
        "Low,1,22,0.0401,0.005,1,1\n"       # 11 m east of H22
        "Low,2,22,0.05,0.005,1,1\n"         # 1.1 km east of it
        "Low,3,22,NA,0.005,1,1\n"
        "Low,4,99,0.031,0.005,,4\n"         # an unknown block; lies in H22
        'Low,5,22,0.031,0.005,"x, y",1\n'
    ),
    "flights.csv": (
        "carrier,number,hour,minute,origin,to,late,late_there\n"
        "AA,1,2013-03-10T06:00:00Z,30,IN,LAX,-3,5\n"    # 01:30 in the city, before the clocks go forward
        "AA,2,2013-03-10T07:00:00Z,15,OUT,LAX,20,\n"
        "AA,3,2013-11-03T05:00:00Z,00,IN,LAX,NA,NA\n"   # the first 01:00 of two
        "AA,4,2013-11-03T06:00:00Z,00,IN,LAX,NA,NA\n"   # the second
        "AA,5,2013-11-03T06:00:00Z,61,IN,LAX,1,1\n"
        "AA,6,yesterday,0,XX,LAX,1,1\n"
    ),
    "stations.csv": "code,name,x,y,region\nIN,Inside,0.015,0.005,\nOUT,Outside,,,H\n",
    "weather.csv": (
        "origin,hour,temp,wind\n"
        "IN,2013-11-03T05:00:00Z,32,10\n"
        "IN,2013-11-03T06:00:00Z,50,1048\n"     # a true temperature beside an impossible wind
        "IN,2013-11-03T06:00:00Z,51,1\n"        # again
        "OUT,2013-11-03T05:00:00Z,NA,20\n"
        "XX,2013-11-03T05:00:00Z,32,10\n"
    ),
}


def square(number: int) -> dict[str, Any]:
    """The shape of a block."""
    west, east = number / 100, (number + 1) / 100
    return {"type": "Polygon", "coordinates": [[[west, 0], [east, 0], [east, 0.01], [west, 0.01], [west, 0]]]}


def write(folder: Path, changes: dict[str, Any] | None = None) -> Path:
    """Write the pack; `changes` replace its keys, `sources` those of its files."""
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    city = CITY | (changes or {})
    said = {key: value for key, value in city.items() if key != "sources"}
    (folder / "city.yaml").write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    for number, source in enumerate(city["sources"]):
        (folder / f"sources/{number}.yaml").write_text(yaml.safe_dump(source, allow_unicode=True), encoding="utf-8")
    for name, content in FILES.items():
        (folder / name).write_text(content, encoding="utf-8")
    features = [{"type": "Feature", "properties": {"id": code, "district": code[:2]}, "geometry": square(number)}
                for number, code in enumerate(BLOCKS)]
    (folder / "blocks.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return folder
