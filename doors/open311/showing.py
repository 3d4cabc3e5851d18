"""The city's services, requests and addresses as the standard names their parts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from data_access.service_requests import Request, Service
from indicators.text import Language, Text

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
BASE = "open311/v2"
SIMULATED = {"en": "This request is simulated.", "zh": "此件为模拟数据。"}
WITHIN = {"en": "Expected to be dealt with within {hours:g} hours of its registration.", "zh": "立案后 {hours:g} 小时内办结。"}


def discovery(root: str, changed: datetime) -> dict[str, Any]:
    """Where the server is, since when its services are as they are, and which formats it speaks."""
    return {
        "changeset": w3(changed), "contact": "The city's data staff, who run this server.",
        "key_service": "An api_key is the token of a source of the city: ask the city's data staff for one.",
        "endpoints": [{
            "specification": SPECIFICATION, "url": f"{root}{BASE}", "changeset": w3(changed), "type": "production",
            "formats": ["text/xml", "application/json"]}]}


def services(found: Sequence[Service], language: Language) -> list[dict[str, Any]]:
    """The list of services."""
    return [{
        "service_code": one.code, "service_name": one.name[language], "description": described(one, language), "metadata": False,
        "type": "realtime", "keywords": ", ".join(dict.fromkeys((one.name.en, one.name.zh))),
        "group": one.group[language] if one.group else None} for one in found]


def described(one: Service, language: Language) -> str:
    """What a service is, in a line."""
    parts = [one.group[language] if one.group else "", one.name[language]]
    return " · ".join(part for part in parts if part)


def definition(one: Service) -> dict[str, Any]:
    """A service's definition: it asks nothing beyond the standard's fields."""
    return {"service_code": one.code, "attributes": []}


def notice(one: Service, language: Language) -> str | None:
    """What is promised to whoever asks for a service."""
    return None if one.due_hours is None else WITHIN[language].format(hours=one.due_hours)


def requests(found: Sequence[Request], language: Language, extensions: bool) -> list[dict[str, Any]]:
    """Requests, with more than the standard's fields when that is asked for."""
    if not extensions:
        return [request(one, language) for one in found]
    return [{**request(one, language), "extended_attributes": {"state": one.state, "simulated": one.simulated}} for one in found]


def request(one: Request, language: Language) -> dict[str, Any]:
    """One request."""
    return {
        "service_request_id": str(one.case_id), "status": "closed" if one.closed else "open", "status_notes": one.status_notes,
        "service_name": one.service_name[language], "service_code": one.service_code, "description": one.description,
        "agency_responsible": said(one.agency, language),
        "service_notice": SIMULATED[language] if one.simulated else one.service_notice,
        "requested_datetime": w3(one.requested_at), "updated_datetime": w3(one.updated_at),
        "expected_datetime": w3(one.expected_at), "address": one.address, "address_id": one.address_id, "zipcode": one.zipcode,
        "lat": one.lat, "long": one.lon, "media_url": one.media_url}


def said(text: Text | None, language: Language) -> str | None:
    """A name in a language, where there is one."""
    return None if text is None else text[language]


def w3(at: datetime | None) -> str | None:
    """An instant as the standard writes it."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
