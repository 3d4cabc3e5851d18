"""What can be sent, and which module takes it."""

from collections.abc import Collection
from dataclasses import dataclass

from ingest import buildings, cases, messages, observations, records, registry, statistics, transit, warnings
from ingest.batch import Store
from ingest.rows import FIELDS, STEP_FIELDS, Field


@dataclass(frozen=True)
class Subject:
    """One kind of row; `feed` is what its refused rows count for when nothing could be read of them.

    A store that `prepares` does first what needs none of the facts, and waits for its batch's turn (`Batch.begin`) then.
    """

    name: str
    feed: str
    store: Store
    prepares: bool = False

    @property
    def fields(self) -> tuple[Field, ...]:
        """The declared fields of a row."""
        return FIELDS[self.name]

    def taking(self, columns: Collection[str]) -> tuple[Field, ...]:
        """The fields of rows that come with these columns."""
        return (*self.fields, *(field for field in STEP_FIELDS if self.name == "cases" and field.name in columns))


SUBJECTS: dict[str, Subject] = {
    subject.name: subject
    for subject in (
        Subject("agencies", "agency", registry.store_agencies),
        Subject("enterprises", "enterprise", registry.store_enterprises),
        Subject("devices", "device", registry.store_devices),
        Subject("cases", "case", cases.store, prepares=True),
        Subject("steps", "case", cases.store_steps),
        Subject("observations", "observation", observations.store),
        Subject("messages", "message", messages.store),
        Subject("warnings", "warning", warnings.store),
        Subject("warning_ends", "warning", warnings.store_ends),
        Subject("places", "place", records.store_places),
        Subject("buildings", "building", buildings.store),
        Subject("flights", "flight", records.store_flights),
        Subject("vehicles", "vehicle", transit.store_vehicles),
        Subject("stop_events", "stop_event", transit.store_stop_events),
        Subject("statistics", "statistic", statistics.store),
    )
}
