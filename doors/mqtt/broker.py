"""The broker that runs beside: who may send what by it, and how the listener enters.

Every source with a token may publish what it may send over HTTP: under tonglan/SOURCE/SUBJECT, rows by the subject's fields.
"""

import secrets
from pathlib import Path
from urllib.parse import urlsplit

from cluster.broker import PLAIN, User
from doors.mqtt.connection import Address
from doors.secret import Misconfigured
from ingest import tokens
from ingest.pack import Pack, Source
from ingest.pack.doors.mqtt import SCHEMES, Mqtt, Topic
from ingest.rows import FIELDS
from settings import Settings

LISTENER = "tonglan"
FILE = "mqtt.json"
KEY = "beside"


def wanted(pack: Pack, settings: Settings) -> bool:
    """Whether a broker is to run beside: asked for, or listened to without an address."""
    return settings.mqtt_url is None and (settings.mqtt or any(beside_of(source) for source in pack.sources))


def beside_of(source: Source) -> list[Mqtt]:
    """What a source is listened to by the broker beside."""
    return [entry for entry in source.listen if isinstance(entry, Mqtt) and entry.url is None]


def with_own_topics(pack: Pack, settings: Settings) -> Pack:
    """The pack, and where MQTT is asked for, the topics of its own for every source with a token."""
    if not settings.mqtt:
        return pack
    return pack.model_copy(update={"sources": [
        source.model_copy(update={"listen": [*source.listen, own_topics(source)]}) if sends(source) else source
        for source in pack.sources]})


def sends(source: Source) -> bool:
    """Whether a source has topics of its own."""
    return source.network and PLAIN.fullmatch(source.key) is not None


def own_topics(source: Source) -> Mqtt:
    """A topic a subject."""
    return Mqtt(door="mqtt", key=KEY, topics=[
        Topic(topic=f"{LISTENER}/{source.key}/{subject}", key=subject, subject=subject) for subject in FIELDS])


def users(pack: Pack, var: Path) -> dict[str, User]:
    """Who may come: the listener, and every source by its token; the listener's password is made where there is none."""
    kept = tokens.read(var / FILE)
    if LISTENER not in kept:
        kept = {LISTENER: secrets.token_urlsafe(32)}
        tokens.write(var / FILE, kept)
    senders = tokens.read(var / tokens.FILE)
    made = {LISTENER: User(kept[LISTENER], reads=["#"])}
    for source in pack.sources:
        entries = beside_of(source)
        topics = [topic.plain_filter for entry in entries for topic in entry.topics]
        if source.key in senders and topics and source.key != LISTENER:
            made[source.key] = User(senders[source.key], writes=topics)
    return made


def beside(client: str) -> Address:
    """Where the broker beside is. Raises: Misconfigured when it is not there yet."""
    settings = Settings()
    parts = urlsplit(settings.mqtt_url or f"mqtt://127.0.0.1:{settings.mqtt_port}")
    password = tokens.read(settings.var / FILE).get(LISTENER)
    if password is None:
        raise Misconfigured("the broker beside has not begun: start it by `cli.py run` or `cli.py broker`")
    return Address(parts.hostname or "127.0.0.1", parts.port or SCHEMES["mqtt"], client, user=LISTENER, password=password)
