"""The regions of a city: where their codes, names and shapes are."""

from ingest.pack.files import DataFile
from ingest.pack.parts import Key, Part, Words


class Leaves(Part):
    """The last level of the tree: GeoJSON features; `code`, `parent` and the names are made from their properties."""

    file: DataFile
    code: str
    parent: str
    name: Words


class Tree(Part):
    """The regions: every level but the last in a table, the last with shapes."""

    source: Key
    regions: str
    leaves: Leaves
