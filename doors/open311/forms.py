"""A form that asks for a service, as a case's row; what it holds of a person is set apart."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from doors.open311.fault import Fault, bad
from doors.open311.personal import FIELDS as PERSONAL
from doors.open311.personal import without
from doors.open311.rows import stamp, title
from indicators.text import Text

CHANNEL = "app"
LONGEST = {"description": 4000, "address_string": 500, "address_id": 500, "zipcode": 100, "media_url": 2000}
LONGEST_PERSONAL = 500
LONGEST_VALUE = 4000
MOST_FIELDS = 200
MOST_BYTES = 1 << 20
ATTRIBUTE = re.compile(r"^attribute\[([^\[\]]{1,200})\](\[\d*\])?$")
KNOWN = ("service_code", "lat", "long", "jurisdiction_id", "api_key", *LONGEST, *PERSONAL)
TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True)
class Form:
    """What was asked for: checked, but for the service's code, which the city must know."""

    service_code: str
    lon: float | None
    lat: float | None
    texts: Mapping[str, str]
    attributes: Mapping[str, Any]
    contact: Mapping[str, str]
    sent: Mapping[str, Any]         # all of it, without what is personal

    def row(self, identity: str, service: Text, region: str, now: datetime) -> dict[str, Any]:
        """The row of a case; one without a coordinate belongs to `region`."""
        named = {"service_name": service.en, "service_code": self.service_code, **self.texts}
        place = {"region": region} if self.lon is None else {"lon": self.lon, "lat": self.lat}
        return {"id": identity, "class": self.service_code, "channel": CHANNEL, "title": title(named),
                "address": self.texts.get("address_string"), "reported_at": stamp(now), **place,
                "steps": [{"step": "reported", "at": stamp(now)}]}


def fields(body: bytes, type_: str, options: Mapping[str, str]) -> "MultiDict[str, str]":
    """The fields of a form; files in it are let be. Raises: Fault."""
    if type_ not in TYPES:
        raise bad(f"send the fields of the request as {TYPES[0]}, not as {type_ or 'something without a Content-Type'}")
    parser = FormDataParser(stream_factory=lambda *_, **__: BytesIO(), max_form_memory_size=MOST_BYTES, max_content_length=None,
                            max_form_parts=MOST_FIELDS)
    try:
        _, form, _ = parser.parse(BytesIO(body), type_, len(body), dict(options))
    except RequestEntityTooLarge as error:
        raise Fault(413, (f"a form has {MOST_FIELDS} fields and {MOST_BYTES >> 20} MB at most",)) from error
    except ValueError as error:
        raise bad("the form is damaged") from error
    if sum(len(values) for _, values in form.lists()) > MOST_FIELDS:
        raise Fault(413, (f"a form has {MOST_FIELDS} fields at most",))
    return form


def checked(given: "MultiDict[str, str]") -> Form:
    """A form that can become a case. Raises: Fault, with all that is wrong."""
    said = {name: value.replace("\0", "\u2400").strip() for name in given if (value := given[name]).strip()}
    wrong = [*missing(said), *overlong(said), *misplaced(said)]
    if "media_url" in said and urlsplit_scheme(said["media_url"]) not in ("http", "https"):
        wrong.append("media_url must begin with http:// or https://")
    if wrong:
        raise bad(*wrong)
    answers, other = attributes(given), {name: value for name, value in said.items()
                                         if name not in KNOWN and not ATTRIBUTE.match(name)}
    lon, lat = (float(said[name]) if name in said else None for name in ("long", "lat"))
    kept = {name: value for name, value in said.items() if name not in ("api_key", "jurisdiction_id")}
    return Form(said["service_code"], lon, lat, {name: said[name] for name in LONGEST if name in said},
                answers | without(other), {name: said[name] for name in PERSONAL if name in said}, without(kept))


def missing(said: Mapping[str, str]) -> list[str]:
    """What a request cannot be without."""
    wrong = [] if "service_code" in said else ["service_code was not provided"]
    if not {"lat", "long"} & set(said) and not {"address_string", "address_id"} & set(said):
        wrong.append("a location was not provided: lat and long, address_string or address_id")
    return wrong


def overlong(said: Mapping[str, str]) -> list[str]:
    """What is longer than it may be."""
    limits = LONGEST | dict.fromkeys(PERSONAL, LONGEST_PERSONAL)
    return [f"{name} has {len(value)} characters; at most {most} are taken" for name, value in said.items()
            if len(value) > (most := limits.get(name, LONGEST_VALUE))]


def misplaced(said: Mapping[str, str]) -> list[str]:
    """What is wrong with a coordinate."""
    if ("lat" in said) != ("long" in said):
        return ["lat and long come together"]
    return [f"{name} must be a number from {-most} to {most}" for name, most in (("lat", 90), ("long", 180))
            if name in said and not within(said[name], most)]


def within(text: str, most: float) -> bool:
    """Whether a text is a number that is no farther from zero."""
    try:
        return abs(float(text)) <= most
    except ValueError:
        return False


def attributes(given: "MultiDict[str, str]") -> dict[str, Any]:
    """The answers to a service's own questions: attribute[code]=value, attribute[code][]=value for several."""
    made: dict[str, Any] = {}
    for name, values in given.lists():
        found = ATTRIBUTE.match(name)
        if found is not None:
            told = [*listed(made.get(found[1])), *values]
            made[found[1]] = told if found[2] or len(told) > 1 else told[0]
    return made


def listed(value: Any) -> Sequence[Any]:
    """A value as a list; nothing as an empty one."""
    return value if isinstance(value, list) else [] if value is None else [value]


def urlsplit_scheme(url: str) -> str:
    """The scheme of an address; none where it is no address at all."""
    try:
        found = urlsplit(url)
    except ValueError:
        return ""
    return found.scheme if found.hostname else ""
