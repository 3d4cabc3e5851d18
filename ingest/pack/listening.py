"""What a source is listened to by: each entry of `listen:` names its protocol in `door`."""

from ingest.pack.doors.cap import Cap

# One line a protocol; with the second: Annotated[Cap | Other, Field(discriminator="door")].
Listen = Cap
