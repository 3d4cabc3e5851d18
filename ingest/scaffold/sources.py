"""A YAML for each source: one dataset with a mapping that was guessed, and what is unsure about it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ingest.mapping.guess import LIKELY, Guess, guess, subjects
from ingest.mapping.hints import CityAround
from ingest.mapping.offers import Guessed
from ingest.scaffold.city import DATA
from ingest.scaffold.devices import listed, measuring, register
from ingest.scaffold.found import Found
from ingest.scaffold.matching import NAMES, agencies, matched
from ingest.scaffold.systems import fitting
from ingest.scaffold.written import comment, line

SURE = 0.75
ENDINGS = frozenset((".csv", ".tsv", ".tab", ".txt", ".xls", ".xlsx", ".ods", ".json", ".jsonl", ".ndjson", ".geojson",
                     ".parquet", ".zip", ".shp", ".sqlite", ".db", ".gpkg", ".kml", ".kmz", ".fgb", ".xml", ".gz", ".bz2", ".xz"))
ALIKE = ("name", "name_zh", "name_en", "code", "id")     # each does where one before is not there
LEAST = 0.35        # below, a table is of no subject that is known
KIND = {"devices": "iot", "observations": "iot"}
TITLES = {
    "cases": ("工单", "Cases"), "messages": ("来电来信", "Messages"), "devices": ("设备", "Devices"),
    "observations": ("观测", "Readings"),
    "enterprises": ("企业", "Enterprises"), "places": ("地点", "Places"), "warnings": ("预警", "Warnings"),
    "warning_ends": ("预警解除", "Ends of warnings"),
    "agencies": ("部门", "Agencies"), "buildings": ("建筑", "Buildings"),
    "flights": ("航班", "Flights"), "vehicles": ("车辆位置", "Vehicles"), "stop_events": ("到离站", "Stop events"),
    "statistics": ("统计", "Statistics"),
}
# What a field is when no column says it; the rows then differ by their lines alone.
INSTEAD: dict[str, Any] = {
    "id": {"join": ["@table", "@line"], "with": ":"}, "channel": {"value": "other"}, "class": {"value": "other"},
    "kind": {"value": "other"}, "industry": {"value": "other"}, "topic": {"value": "other"}, "status": {"value": "active"},
    "interval_s": {"value": "3600"}, "title": {"value": "–"},
}


@dataclass(frozen=True)
class Sent:
    """A table of facts: which subject it seems to be of, and its mapping."""

    key: str
    found: Found
    guess: Guess | None
    city: str           # the code of the region that is all of it
    register: Guess | None = None       # of the devices, where a table of readings says itself where each stands


def sent(tables: Sequence[Found], city: CityAround) -> list[Sent]:
    """Every table of facts with its mapping."""
    made: list[Sent] = []
    drafts = [(table, drafted(table, city)) for table in tables]
    done = matched(drafts, partial(of_subject, city=city))
    known = listed(list(zip(tables, done, strict=True)))
    for table, guessed in zip(tables, done, strict=True):
        wanted = list(slugs(table.file)) or [guessed.subject if guessed else "table"]
        used = {one.key for one in made}
        key = next((key for key in wanted if key not in used), None) or free(wanted[0], used)
        made.append(Sent(key, table, guessed, city.top, register(table, guessed, known, partial(of_subject, city=city))))
    return made


def drafted(table: Found, city: CityAround) -> Guess | None:
    """The mapping of the likeliest subject; None where none is likely."""
    subject, score = subjects(table.given, seen_from(table, city), called(table))[0]
    return of_subject(table, subject, city) if score >= LEAST else None


def called(table: Found) -> str:
    """How a table's file and sheet are called."""
    return f"{title(table.file)} {table.guess.name.removeprefix(table.file.name)}"


def of_subject(table: Found, subject: str, city: CityAround) -> Guess:
    """The mapping of a table as one of a subject, with the system of its shapes where the file does not say it."""
    made = measuring(guess(table.given, subject, seen_from(table, city), called(table)), title(table.file))
    if table.guess.crs is not None or not any(one.field == "geometry" for one in made.fields):
        return made
    fits = fitting(table, city.box)
    if fits is None:
        return made
    reason = "the file does not say; with this the shapes lie where the city does"
    return replace(made, fields=(*made.fields, Guessed("crs", fits, LIKELY, reason)))


def seen_from(table: Found, city: CityAround) -> CityAround:
    """What is known of the city, with the projection that a table says."""
    return CityAround(city.zone, city.box, city.regions, None if table.shape else table.guess.crs)


def slugs(file: Path) -> Iterator[str]:
    """Keys from a file's name, alone and with its folders'; none where that has hardly a letter."""
    parts = [*file.parts[:-1], title(file)]
    for start in range(len(parts) - 1, -1, -1):
        made = re.sub(r"[^a-z0-9]+", "-", "-".join(parts[start:]).lower()).strip("-")[-40:].strip("-")
        if re.match(r"[a-z][a-z0-9-]{2}", made) and re.search(r"[A-Za-z]", parts[-1]):
            yield made


def title(file: Path) -> str:
    """A file's name without what says how it is written."""
    while file.suffix.lower() in ENDINGS:
        file = file.with_suffix("")
    return file.name


def free(key: str, used: set[str]) -> str:
    """A key that nobody has."""
    return key if key not in used else next(one for n in range(2, len(used) + 3) if (one := f"{key}-{n}") not in used)


def written(one: Sent) -> str:
    """The source's file."""
    subject = one.guess.subject if one.guess else ""
    named = title(one.found.file)
    head = [
        "# yaml-language-server: $schema=../../../docs/schema/source.json",
        line(0, "key", one.key), line(0, "name", named), line(0, "owner", "?", "who owns the data?"),
        line(0, "licence", "?", "under which licence?"), line(0, "kind", KIND.get(subject, "business")),
        comment(0, "refresh_seconds: 86400   # how often new data are promised; left out: a closed archive"),
        comment(0, f"from {one.found.name}: {'; '.join(one.found.guess.reasons)}")]
    if one.guess is None:
        return "\n".join([*head, "datasets: []", comment(0, "No subject fits this table. Its columns are:"),
                          *(comment(0, f"  {column}") for column in one.found.given.columns), ""])
    read = {**one.found.read, "path": f"{DATA}/{one.found.file.as_posix()}"}
    both = [one.guess] if one.register is None else [one.register, one.guess]
    return "\n".join([*head, "datasets:", *(text for part in both for text in dataset(part, read, one.city)), ""])


def dataset(made: Guess, read: dict[str, Any], city: str) -> Iterator[str]:
    """One dataset of a source."""
    zh, en = TITLES.get(made.subject, (made.subject, made.subject))
    yield from (f"  - key: {made.subject}", line(4, "subject", made.subject), line(4, "title", {"zh": zh, "en": en}),
                line(4, "read", read), "    map:", *mapped(made, city), *left(made))


def mapped(found: Guess, city: str) -> Iterator[str]:
    """The mapping, each field with how sure it is."""
    notes = {field.field.rpartition(":")[2]: note(field.confidence, field.reason) for field in found.fields}
    parts = found.mapping()
    if "columns" not in parts:
        more = list(instead(found, city))
        said = any(not text.lstrip().startswith("#") for text in more)
        yield from ["      columns:" if said else comment(6, "columns:"), *more] if more else ()
    for part, fields in parts.items():
        yield f"      {part}:"
        yield from (line(8, name, value, notes.get(name, "")) for name, value in fields.items())
        if part == "columns":
            yield from instead(found, city)


def instead(found: Guess, city: str) -> Iterator[str]:
    """What stands for a field that no column says; what must be there and cannot be made up."""
    for name in found.missing:
        if (value := standing(name, found, city)) is not None:
            yield line(8, name, value, "no column says it")
        elif name == "period":
            yield comment(8, "period: {value: 2020}   # needed: write the year of these figures")
        elif name == "place":
            yield comment(6, "place:   # needed: {lon: column, lat: column}, {point: column} or {region: {column: …, by: name}}")
        else:
            yield comment(8, f"{name}:   # needed, and no column looks like it")


def standing(name: str, found: Guess, city: str) -> Any:
    """What can stand for a field: its name for another name, the code for a name, all of the city for an agency's ground."""
    told = found.mapping().get("columns", {})
    if name in NAMES:
        return next((told[other] for other in ALIKE if other in told), None)
    if name == "title" and "class" in told:
        return told["class"] if isinstance(told["class"], str) else told["class"]["column"]
    if found.subject == "agencies" and name == "region":
        return {"value": city}
    return INSTEAD.get(name)


def left(found: Guess) -> Iterator[str]:
    """The columns that were not used."""
    if found.unused:
        yield comment(4, f"not used: {', '.join(found.unused)}")


def note(confidence: float, reason: str) -> str:
    """What to say beside a guess: nothing about one that is sure."""
    return "" if confidence >= SURE else f"unsure ({confidence:.0%}): {reason}"


def offices(facts: Sequence[Sent]) -> list[str]:
    """The agencies that cases name; none where a file lists agencies."""
    if any(one.guess is not None and one.guess.subject == "agencies" for one in facts):
        return []
    return sorted(set().union(*(agencies(one.found, one.guess) for one in facts if one.guess and one.guess.subject == "cases")))


def distinct(facts: Iterable[Sent], subject: str, field: str) -> list[str]:
    """The different texts of a field in all tables of a subject, the commonest first."""
    counts: dict[str, int] = {}
    for one, made in ((sent, made) for sent in facts for made in (sent.guess, sent.register)):
        if made is None or made.subject != subject:
            continue
        said = made.said(field)
        if said:
            counts |= {text: counts.get(text, 0) + len(one.found.rows) for text in said}
            continue
        value = made.mapping()["columns"].get(field)
        told: dict[str, Any] = {"column": value} if isinstance(value, str) else value or {}
        column, called = told.get("column"), told.get("table") or {}
        if column is None:
            counts["other"] = counts.get("other", 0) + 1 if field in made.missing else counts.get("other", 0)
            continue
        for text, count in one.found.column(column).value_counts().items():
            if text:
                meant = called.get(str(text), str(text))
                counts[meant] = counts.get(meant, 0) + int(count)
    return [text for text, count in sorted(counts.items(), key=lambda pair: -pair[1]) if count]
