"""A city pack: one folder whose YAML says what the city is and where its data lie.

A pack holds no code. `city.yaml` says what the city is; each file in `sources/` says who sends what. Data come from
files of the pack itself or of installed packages, which are found without being imported.
"""

from ingest.pack.city import CITY, Pack
from ingest.pack.faults import PackError
from ingest.pack.files import DataFile
from ingest.pack.reading import read
from ingest.pack.sources import Dataset, Source
from ingest.pack.words import Property

__all__ = ["CITY", "DataFile", "Dataset", "Pack", "PackError", "Property", "Source", "read"]
