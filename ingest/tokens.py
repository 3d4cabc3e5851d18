"""The secrets by which sources send: kept in a file for the senders, as hashes in the database."""

import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, text

FILE = "tokens.json"
OWNER_ONLY = 0o600


def digest(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def ensure(connection: Connection, folder: Path, keys: Sequence[str]) -> None:
    """Give each source a token that the file and the database agree on.

    A token in the file stays as it is, so that running senders go on; a missing one is made anew.
    """
    file = folder / FILE
    have = read(file)
    tokens = have | {key: secrets.token_urlsafe(32) for key in keys if key not in have}
    if tokens != have:
        write(file, tokens)
    if keys:
        connection.execute(
            text("UPDATE source SET token_hash = :hash WHERE key = :key AND token_hash IS DISTINCT FROM :hash"),
            [{"key": key, "hash": digest(tokens[key])} for key in keys])


def read(file: Path) -> dict[str, str]:
    """The tokens in the file; none when it is missing or spoilt."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {key: token for key, token in content.items() if isinstance(token, str) and token}


def write(file: Path, tokens: dict[str, str]) -> None:
    """Replace the file at once, readable by its owner alone from the start."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w", encoding="utf-8") as made:
        json.dump(tokens, made, indent=1)
    draft.replace(file)


class UnknownSource(ValueError):
    """There is no such source."""


def renew(connection: Connection, folder: Path, key: str) -> str:
    """Give a source a new token; an old one opens nothing any more. Returns: the token. Raises: UnknownSource."""
    token = secrets.token_urlsafe(32)
    put(connection, key, digest(token))
    write(folder / FILE, read(folder / FILE) | {key: token})
    return token


def revoke(connection: Connection, folder: Path, key: str) -> None:
    """Take a source's token away: it takes nothing over the network. Raises: UnknownSource."""
    put(connection, key, None)
    write(folder / FILE, {name: token for name, token in read(folder / FILE).items() if name != key})


def put(connection: Connection, key: str, kept: str | None) -> None:
    """Keep a token's hash. Raises: UnknownSource."""
    found = connection.execute(text("UPDATE source SET token_hash = :hash WHERE key = :key"), {"hash": kept, "key": key})
    if not found.rowcount:
        known = connection.execute(text("SELECT key FROM source ORDER BY key")).scalars().all()
        raise UnknownSource(f"there is no source {key!r}; there are: {', '.join(known) or 'none'}")
