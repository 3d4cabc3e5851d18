"""What a sender calls a kind of device or what it measures, found among those of the city."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from data_access.engine import sql
from doors.ngsi.models import models
from ingest.mapping.series import named
from ingest.mapping.vocabulary import plain


def kinds(connection: Connection) -> dict[str, set[str]]:
    """The city's kinds of device, each with the words it goes by."""
    rows = connection.execute(sql("SELECT kind, name_zh, name_en FROM device_kind ORDER BY kind"))
    return {row.kind: {plain(word) for word in row} for row in rows}


def measured(connection: Connection) -> dict[str, tuple[str, set[str]]]:
    """The city's properties: each with its unit and the words it goes by."""
    rows = connection.execute(sql("SELECT key, name_zh, name_en, unit FROM property ORDER BY key"))
    return {row.key: (row.unit, {plain(word) for word in (row.key, row.name_zh, row.name_en)}) for row in rows}


def kind_of(words: Iterable[Any], known: Mapping[str, set[str]]) -> str | None:
    """The first kind that goes by one of the words."""
    for word in texts(words):
        for kind, called in known.items():
            if word == kind or plain(word) in called:
                return kind
    return None


def public_properties() -> dict[str, tuple[str, set[str]]]:
    """The properties of the public models, which a city may lack: each with its unit and the words it goes by."""
    return {key: (one["unit"], {plain(word) for word in (key, one["zh"], one["en"])}) for key, one in models().properties.items()}


def property_of(words: Iterable[Any], known: Mapping[str, tuple[str, set[str]]]) -> str | None:
    """The first property that goes by one of the words; then the first whose usual words stand in one of them."""
    said = list(texts(words))
    for word in said:
        for key, (_, called) in known.items():
            if word == key or plain(word) in called:
                return key
    for word in said:
        found = named(word)
        if found is not None and found.key in known:
            return found.key
    return None


def texts(words: Iterable[Any]) -> Iterable[str]:
    """The words that are texts; of an address, what it ends with."""
    for word in words:
        if isinstance(word, str) and word.strip():
            yield re.split(r"[/#]", word.rstrip("/#"))[-1] if "://" in word[:10] else word.strip()
