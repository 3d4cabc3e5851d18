"""What Open311 says of a case beyond what a case is: table `service_request`, and who sent it: table `service_contact`.

Of a server that is polled it also keeps what each request said last, so that only what changed becomes rows, and the next
word can be compared with it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from data_access.engine import sql
from ingest.identity import identities
from ingest.rejects import written

TEXTS = ("agency", "description", "status_notes", "service_notice", "address_id", "zipcode", "media_url")
TAKEN = "(r.taken OR EXISTS (SELECT FROM city_case c WHERE c.case_id = r.case_id))"     # the latter by a retry
SAID = f"""
    SELECT case_id, digest, {TAKEN} AS taken, closed, agency, requested_at FROM service_request r WHERE case_id = ANY(:ids)"""
KEEP = f"""
    INSERT INTO service_request AS r (case_id, source_id, external_id, taken, closed, requested_at, {", ".join(TEXTS)},
                                      attributes, digest)
    SELECT t.case_id, s.source_id, t.external_id, t.taken, t.closed, CAST(t.requested_at AS timestamptz),
           {", ".join(f"t.{name}" for name in TEXTS)}, CAST(t.attributes AS jsonb), t.digest
      FROM source s, unnest(CAST(:case_id AS bigint[]), CAST(:external_id AS text[]), CAST(:taken AS boolean[]),
                            CAST(:closed AS boolean[]), CAST(:requested_at AS text[]),
                            {", ".join(f"CAST(:{name} AS text[])" for name in TEXTS)},
                            CAST(:attributes AS text[]), CAST(:digest AS text[]))
             AS t (case_id, external_id, taken, closed, requested_at, {", ".join(TEXTS)}, attributes, digest)
     WHERE s.key = :source
    ON CONFLICT (case_id) DO UPDATE
       SET digest = excluded.digest, asked_at = excluded.asked_at"""
CHANGED = ("taken", "closed", "requested_at", *TEXTS, "attributes")
REPLACE = f"""{KEEP}, {", ".join(f"{name} = excluded.{name}" for name in CHANGED)}"""
UNLESS_TAKEN = f"""{KEEP}, {", ".join(
    f"{name} = CASE WHEN r.taken THEN r.{name} ELSE excluded.{name} END" for name in CHANGED)}"""


@dataclass(frozen=True)
class Said:
    """What a request said last: a digest of it, and what its next steps depend on. `taken` is False where it was refused."""

    digest: str | None
    taken: bool
    closed: bool
    agency: str | None
    requested_at: datetime | None


@dataclass(frozen=True)
class Word:
    """One request as it is kept. `texts` are those of TEXTS; `attributes` is whatever else it says."""

    external_id: str
    taken: bool
    closed: bool
    requested_at: datetime | None
    texts: Mapping[str, str | None]
    attributes: Mapping[str, Any] | None
    digest: str | None


def said(connection: Connection, source: str, external_ids: Sequence[str]) -> dict[str, Said]:
    """What these requests of a source said last; those that were never met are left out."""
    names = dict(zip(identities(source, external_ids).tolist(), external_ids, strict=True))
    rows = connection.execute(sql(SAID), {"ids": list(names)})
    return {names[row.case_id]: Said(row.digest, row.taken, row.closed, row.agency, row.requested_at) for row in rows}


def waiting(connection: Connection, source: str, before: datetime, most: int) -> list[str]:
    """Open requests that were not asked for since then, the longest unseen first."""
    return list(connection.execute(sql(f"""
        SELECT r.external_id FROM service_request r JOIN source s USING (source_id)
         WHERE s.key = :source AND {TAKEN} AND NOT closed AND asked_at < :before
         ORDER BY asked_at LIMIT :most"""), {"source": source, "before": before, "most": most}).scalars())


def looked_at(connection: Connection, source: str, external_ids: Collection[str]) -> None:
    """These were asked for now, and said nothing new."""
    if external_ids:
        connection.execute(sql("UPDATE service_request SET asked_at = now() WHERE case_id = ANY(:ids)"),
                           {"ids": sorted(identities(source, list(external_ids)).tolist())})


def keep(connection: Connection, source: str, words: Sequence[Word]) -> None:
    """Keep what requests said. One that was refused keeps what it said when it was taken, if it ever was."""
    for statement, taken in ((REPLACE, True), (UNLESS_TAKEN, False)):
        some = [one for one in words if one.taken == taken]
        if some:
            connection.execute(sql(statement), {"source": source, **columns(source, some)})


def columns(source: str, words: Sequence[Word]) -> dict[str, list[Any]]:
    """The words as columns for binding, in the order of their numbers, so that two rounds do not wait for each other."""
    ids = identities(source, [one.external_id for one in words]).tolist()
    pairs = sorted(zip(ids, words, strict=True), key=lambda pair: pair[0])
    inner = [one for _, one in pairs]
    return {
        "case_id": [number for number, _ in pairs], "external_id": [clean(one.external_id) for one in inner],
        "taken": [one.taken for one in inner], "closed": [one.closed for one in inner],
        "requested_at": [None if one.requested_at is None else one.requested_at.isoformat() for one in inner],
        "attributes": [None if not one.attributes else written(one.attributes) for one in inner],
        "digest": [one.digest for one in inner], **{name: [clean(one.texts.get(name)) for one in inner] for name in TEXTS}}


def clean(text: str | None) -> str | None:
    """A text as the database can keep it."""
    return None if text is None else text.replace("\0", "\u2400")


def contact(connection: Connection, source: str, external_id: str, told: Mapping[str, str]) -> None:
    """Keep who sent a request, apart from all that is shown."""
    if told:
        connection.execute(sql("""
            INSERT INTO service_contact (case_id, contact) VALUES (:id, CAST(:contact AS jsonb))
            ON CONFLICT (case_id) DO NOTHING"""),
            {"id": int(identities(source, [external_id])[0]), "contact": written(dict(told))})
