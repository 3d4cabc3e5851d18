"""What the pack's own files say there is: devices and agencies, which its other files name."""

from collections.abc import Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from ingest.mapping.apply import Around, apply
from ingest.mapping.faults import MappingError
from ingest.mapping.fitting import prepare
from ingest.pack import Dataset
from ingest.rows import SENT_STEPS
from ingest.subjects import SUBJECTS
from ingest.trial.known import Known
from readers.opening import open_tables
from readers.table import Unreadable

TOGETHER = 20_000
NAMED: Mapping[str, tuple[tuple[str, str], ...]] = {       # a subject → the fields of others that name what it gives
    "devices": (("observations", "device"),),
    "agencies": (("steps", "agency"), *(("cases", f"step:{step}:agency") for step in SENT_STEPS)),
}


def registered(there: Known) -> Known:
    """The same with the devices and agencies of the pack's files; nothing of them where senders may bring more."""
    if any(source.network for source in there.pack.sources):
        return there
    found = {name: codes(there, subject) for subject, names in NAMED.items() for name in names}
    return replace(there, words={**there.words, **found})


def codes(there: Known, subject: str) -> set[str]:
    """The codes of a register, out of every dataset that gives it; what cannot be read is told at its own turn."""
    found: set[str] = set()
    for dataset in (one for source in there.pack.sources for one in source.datasets if one.subject == subject):
        try:
            found |= of_dataset(there, dataset)
        except (Unreadable, MappingError):
            continue
    return found


def of_dataset(there: Known, dataset: Dataset) -> set[str]:
    """The codes of one dataset. Raises: Unreadable, MappingError."""
    pack, fields = there.pack, SUBJECTS[dataset.subject].fields
    spec = dataset.map.model_copy(update={"place": None})
    found: set[str] = set()
    for table in open_tables(dataset.read, pack.folder):
        prepare(spec, table.columns, fields, pack.folder)
        around = Around(zone=ZoneInfo(pack.time_zone), folder=pack.folder, decimal=dataset.read.decimal, table=table.name)
        for frame in table.frames(TOGETHER):
            found |= {code for code in apply(spec, frame.rows, fields, around).columns.get("code", ()) if isinstance(code, str)}
    return found
