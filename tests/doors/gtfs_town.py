"""A bus line through Smalltown: its timetable as a zip, and feeds that speak of it."""

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from google.protobuf import json_format
from google.transit.gtfs_realtime_pb2 import FeedMessage

NOON = datetime(2026, 3, 4, 17, tzinfo=UTC)     # a Wednesday, noon in New York
FILES: Mapping[str, str] = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\nA,Town buses,http://buses.test,America/New_York\n",
    # with a byte order mark, line ends of Windows, an empty line, and a route without an id
    "routes.txt": "\ufeffroute_id,route_short_name,route_long_name,route_type\r\n"
                  "R1,12,\"Harbour, loop\",3\r\n\r\nR2,,Night,700\r\n,9,,3\r\n",
    "trips.txt": "route_id,service_id,trip_id,trip_headsign,direction_id\n"
                 "R1,W,T1,Harbour,0\nR2,W,N1,Depot,0\nR1,W,F1,Shuttle,1\nR1,W,F2,Beach,1\n",
    # S3 has no place of its own, but its station's
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon,parent_station\nS1,Market,0.005,0.005,\nS2,School,0.005,0.025,\n"
                 "S3,Harbour,,,P\nP,Harbour station,0.005,0.045,\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
                      "T1,12:10:00,12:11:00,S2,20\nT1,12:00:00,12:00:00,S1,10\nT1,12:20:00,12:20:00,S3,30\n"
                      "N1,24:30:00,24:30:00,S1,1\nN1,25:10:00,25:10:00,S3,2\n"
                      "F1,00:00:00,00:00:00,S1,1\nF1,00:10:00,00:10:00,S3,2\nF2,06:00:00,06:00:00,S1,1\nF2,06:15:00,06:15:00,S3,2\n"
                      "T9,12:00:00,12:00:00,S1,1\nT1,noon,,S1,x\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
                    "W,1,1,1,1,1,0,0,20260101,20261231\n",
    "calendar_dates.txt": "service_id,date,exception_type\nW,20260305,2\nW,20260307,1\nW,someday,1\n",
    "frequencies.txt": "trip_id,start_time,end_time,headway_secs,exact_times\n"
                       "F1,06:00:00,22:00:00,600,0\nF2,06:00:00,22:00:00,1200,1\n",
}


def packed(files: Mapping[str, str] = FILES, folder: str = "") -> bytes:
    """A timetable as a zip, with the junk that a Mac leaves in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in files.items():
            archive.writestr(folder + name, text)
        archive.writestr(f"__MACOSX/{folder}._trips.txt", b"\0\1\2")
    return made.getvalue()


def stamp(at: datetime) -> int:
    """An instant as feeds bear it."""
    return int(at.timestamp())


def message(*entities: Mapping[str, Any], at: datetime = NOON, differential: bool = False) -> FeedMessage:
    """A message with these entities, by the names of protobuf."""
    header = {"gtfs_realtime_version": "2.0", "timestamp": stamp(at),
              "incrementality": "DIFFERENTIAL" if differential else "FULL_DATASET"}
    return json_format.ParseDict({"header": header, "entity": list(entities)}, FeedMessage())


def bus(number: str = "b1", lon: float = 0.005, at: datetime = NOON, **said: Any) -> dict[str, Any]:
    """An entity: a bus of trip T1 at a longitude."""
    return {"id": f"v{number}", "vehicle": {
        "trip": {"trip_id": "T1", "start_date": "20260304", "route_id": "R1"}, "vehicle": {"id": number},
        "position": {"latitude": 0.005, "longitude": lon}, "timestamp": stamp(at)} | said}


def update(*stops: Mapping[str, Any], trip: Mapping[str, Any] | None = None, **said: Any) -> dict[str, Any]:
    """An entity: what is expected of trip T1."""
    return {"id": "u1", "trip_update": {
        "trip": {"trip_id": "T1", "start_date": "20260304"} if trip is None else trip, "stop_time_update": list(stops)} | said}


def alert(number: str = "a1", **said: Any) -> dict[str, Any]:
    """An entity: a detour of line R1."""
    return {"id": number, "alert": {
        "informed_entity": [{"route_id": "R1"}], "effect": "DETOUR",
        "header_text": {"translation": [{"text": "Line 12 goes by the bridge", "language": "en"},
                                        {"text": "12路改走大桥", "language": "zh-Hans"}]}} | said}
