"""What a source is listened to by: each entry of `listen:` names its protocol in `door`."""

from typing import Annotated

from pydantic import Field

from ingest.pack.doors.cap import Cap
from ingest.pack.doors.gtfs_realtime import GtfsRealtime
from ingest.pack.doors.mqtt import Mqtt
from ingest.pack.doors.ngsi import Ngsi
from ingest.pack.doors.open311 import Open311
from ingest.pack.doors.sensorthings import SensorThings

Listen = Annotated[Cap | GtfsRealtime | Mqtt | Ngsi | Open311 | SensorThings, Field(discriminator="door")]
