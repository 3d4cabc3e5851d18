"""Parquet and GeoParquet, one row group at a time."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from readers import arrow
from readers.base import Filed
from readers.content import Content
from readers.crs import named
from readers.headers import unique
from readers.objects import GEOMETRY
from readers.table import Frame, Unreadable

TOGETHER = 20_000
FAULTS = (pa.ArrowException, OSError, ValueError, KeyError, OverflowError)


@dataclass(frozen=True)
class Parquet(Filed):
    """One Parquet file; rows are numbered from 1."""

    @cached_property
    def _local(self) -> Content:
        return self.content.on_disk()

    @cached_property
    def _about(self) -> tuple[int, Any]:
        """How many rows, and the schema. Raises: Unreadable."""
        try:
            with parquet.ParquetFile(self._local.path) as file:
                return file.metadata.num_rows, file.schema_arrow
        except FAULTS as error:
            raise Unreadable(self.name, f"is damaged or no Parquet: {error}") from error

    @property
    def total(self) -> int:
        """The rows."""
        return self._about[0]

    @cached_property
    def _geo(self) -> dict[str, Any]:
        """What GeoParquet says of its shapes."""
        said = (self._about[1].metadata or {}).get(b"geo")
        try:
            found = json.loads(said) if said else {}
        except ValueError as error:
            raise Unreadable(self.name, f"says about its shapes what cannot be read: {error}") from error
        return found if isinstance(found, dict) else {}

    @property
    def _shape(self) -> str | None:
        """The column of shapes, when it is WKB."""
        name = self._geo.get("primary_column")
        return name if self._geo.get("columns", {}).get(name, {}).get("encoding") == "WKB" else None

    @property
    def crs(self) -> str | None:
        """The projection that GeoParquet names; the standard's own when it names none."""
        if self._shape is None:
            return None
        about = self._geo["columns"][self._shape]
        return named(about["crs"]) if about.get("crs") else "EPSG:4326" if "crs" not in about else None

    @cached_property
    def columns(self) -> list[str]:
        """The columns' names; nested ones by their path."""
        return [*(name for name in self._names if name != self._shape), *([GEOMETRY] if self._shape else [])]

    @cached_property
    def _names(self) -> list[str]:
        return unique(_flat(pa.Table.from_batches([], self._about[1])).column_names)

    def _pieces(self) -> Iterator[Frame]:
        at = 1
        try:
            with parquet.ParquetFile(self._local.path) as file:
                for batch in file.iter_batches(batch_size=TOGETHER, use_threads=False):
                    table = _flat(pa.Table.from_batches([batch])).rename_columns(self._names)
                    yield arrow.piece(table, at, self._shape)
                    at += table.num_rows
        except FAULTS as error:
            raise Unreadable(self.name, f"is damaged: {error}", at) from error


def _flat(table: Any) -> Any:
    """The table with the members of structures as columns of their own."""
    while any(pa.types.is_struct(column.type) for column in table.columns):
        table = table.flatten()
    return table
