"""What a source is listened to by: each entry of `listen:` names its protocol in `door`."""

from typing import Annotated

from pydantic import Field

from ingest.pack.doors.cap import Cap
from ingest.pack.doors.mqtt import Mqtt
from ingest.pack.doors.open311 import Open311

Listen = Annotated[Cap | Mqtt | Open311, Field(discriminator="door")]
