"""Tables of values: what is written → what it becomes, inline or from a CSV or YAML file beside the pack."""

import csv
import io
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import yaml

from ingest.mapping import plain_yaml
from ingest.mapping.faults import Faults, MappingError
from ingest.mapping.values import Table, scalar_text


def found(texts: pa.StringArray, table: Table, folder: Path, otherwise: bool, faults: Faults) -> pa.StringArray:
    """What the table has for each text; null and told where it has nothing, told only without a default. Raises: MappingError."""
    entries = read(table, folder)
    asked = pa.array([loose(text) if text is not None else None for text in texts.to_pylist()]) if table.loose else texts
    at = pc.index_in(asked, value_set=pa.array(list(entries), pa.string()))
    if not otherwise:
        unknown = pc.and_(at.is_null(), texts.is_valid())
        faults.add(unknown.to_numpy(zero_copy_only=False), "not_in_table",
                   f"which {table.file or 'the table'} does not have; give it an entry or say a default")
    return pa.array(list(entries.values()), pa.string()).take(at)


def read(table: Table, folder: Path) -> Mapping[str, str]:
    """The table's entries. Raises: MappingError."""
    entries: Mapping[str, str] = table.entries
    if table.file is not None:
        path = folder / table.file
        if Path(table.file).is_absolute() or ".." in Path(table.file).parts:
            raise MappingError(f"{table.file}: a table lies in the pack's folder")
        if not path.is_file():
            raise MappingError(f"{path} is missing; a table of the mapping names it")
        entries = {**from_file(path, path.stat().st_mtime_ns, table.key, table.value), **entries}
    return {loose(key): value for key, value in entries.items()} if table.loose else entries


@lru_cache(maxsize=64)
def from_file(path: Path, changed: int, key: str | None, value: str | None) -> Mapping[str, str]:
    """The entries of a file, read again when it changed. Raises: MappingError."""
    text = decoded(path)
    if path.suffix.lower() in (".yaml", ".yml"):
        try:
            content = plain_yaml.load(text)
        except yaml.YAMLError as error:
            raise MappingError(f"{path} is not YAML: {error}") from error
        if not isinstance(content, dict):
            raise MappingError(f"{path}: expected what is written: what it becomes, line by line")
        return {str(scalar_text(one)): str(scalar_text(word)) for one, word in content.items()}
    return pairs(path, rows(path, text), key, value)


def decoded(path: Path) -> str:
    """A small file's text: UTF-8 with or without a mark, or else GB 18030."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


def rows(path: Path, text: str) -> list[dict[str, str]]:
    """A CSV's rows by the names of its columns. Raises: MappingError."""
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=separator)
    if not reader.fieldnames or len(reader.fieldnames) < 2:
        raise MappingError(f"{path}: expected a header and at least two columns")
    return [{name: (cell or "").strip() for name, cell in row.items() if name is not None and not isinstance(cell, list)}
            for row in reader]


def pairs(path: Path, lines: list[dict[str, str]], key: str | None, value: str | None) -> Mapping[str, str]:
    """Two columns of a CSV as entries. Raises: MappingError when a column is missing or an entry contradicts another."""
    names = list(lines[0]) if lines else []
    for wanted in (key, value):
        if wanted is not None and wanted not in names:
            raise MappingError(f"{path} has no column {wanted!r}; there are: {', '.join(names)}")
    if not names:
        return {}
    one, other = key or names[0], value or names[1]
    made: dict[str, str] = {}
    for number, line in enumerate(lines, 2):
        if made.setdefault(line[one], line[other]) != line[other]:
            raise MappingError(f"{path}, line {number}: {line[one]!r} becomes {line[other]!r} here and "
                               f"{made[line[one]]!r} further up")
    return made


def loose(text: str) -> str:
    """A text whose width, case and spaces make no difference."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())

