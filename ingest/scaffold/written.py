"""YAML written for people: short parts on one line, and what is unsure said beside it."""

from typing import Any

import yaml

WIDEST = 100_000


def inline(value: Any) -> str:
    """A value on one line."""
    dumped = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=WIDEST)
    return dumped.removesuffix("\n...\n").strip()


def line(indent: int, key: str, value: Any, note: str = "") -> str:
    """A key with its value, and a note behind it."""
    return f"{' ' * indent}{inline(key)}: {inline(value)}{f'   # {note}' if note else ''}"


def comment(indent: int, text: str) -> str:
    """A line of comment."""
    return f"{' ' * indent}# {text}"
