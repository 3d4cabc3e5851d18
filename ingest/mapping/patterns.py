"""Regular expressions of packs, run by RE2: whatever the pattern, the time grows with the text alone."""

import pyarrow as pa
import pyarrow.compute as pc


def checked(pattern: str) -> str:
    """A pattern that RE2 understands. Raises: ValueError."""
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid as error:
        reason = str(error).removeprefix("Invalid regular expression: ")
        raise ValueError(f"the pattern {pattern!r} is not understood (RE2 syntax, without look-around and back-references): "
                         f"{reason}") from error
    return pattern


def grouped(pattern: str, take: str | int | None) -> tuple[str, str]:
    """The pattern with a name for the group that is taken, and that name. Raises: ValueError."""
    starts = groups(pattern)
    if not starts and take in (None, 1):
        return f"(?P<taken>{pattern})", "taken"
    if isinstance(take, str):
        if take not in [name for _, name in starts]:
            raise ValueError(f"the pattern {pattern!r} has no group {take!r}")
        return named(pattern, starts), take
    number = 1 if take is None else take
    if not 1 <= number <= len(starts):
        raise ValueError(f"the pattern {pattern!r} has {len(starts)} groups, not {number}")
    return named(pattern, starts), starts[number - 1][1]


def groups(pattern: str) -> list[tuple[int, str]]:
    """Where the groups of a pattern begin and how they are called; those without a name get one."""
    found_: list[tuple[int, str]] = []
    at, inside = 0, False
    while at < len(pattern):
        letter = pattern[at]
        if letter == "\\":
            at += 2
            continue
        if inside:
            inside = letter != "]" or pattern[at - 1] == "["
        elif letter == "[":
            inside = True
        elif letter == "(":
            rest = pattern[at + 1:]
            if rest.startswith(("?P<", "?<")):
                found_.append((at, rest[rest.index("<") + 1:rest.index(">")]))
            elif not rest.startswith("?"):
                found_.append((at, f"group{len(found_) + 1}"))
        at += 1
    return found_


def named(pattern: str, starts: list[tuple[int, str]]) -> str:
    """The pattern with a name for each of its groups: RE2 gives back named ones only."""
    for at, name in reversed(starts):
        if not pattern[at + 1:].startswith("?"):
            pattern = f"{pattern[:at]}(?P<{name}>{pattern[at + 1:]}"
    return pattern
