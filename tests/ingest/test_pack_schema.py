"""The exported schema is what the program takes, and editors are given it as it is."""

import json

import jsonschema
import pytest
import yaml

from ingest.pack.reading import PACKS
from ingest.pack.schema import schemas, written
from settings import ROOT
from tests.ingest import hamlet

FILES = sorted([*PACKS.glob("*/city.yaml"), *PACKS.glob("*/sources/*.yaml")])


def faults(name, content):
    """What an editor would underline."""
    validator = jsonschema.Draft202012Validator(schemas()[name])
    return [error.message for error in validator.iter_errors(json.loads(json.dumps(content)))]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKS)))
def test_the_schema_accepts_what_ships(file):
    name = "city.json" if file.name == "city.yaml" else "source.json"
    assert faults(name, yaml.safe_load(file.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(("key", "value"), [
    ("colour", "blue"), ("levels", []), ("datum", "mars"), ("tree", {"source": "survey"})])
def test_the_schema_refuses_what_the_program_refuses(key, value):
    city = {name: part for name, part in hamlet.CITY.items() if name != "sources"}
    assert faults("city.json", city) == []
    assert faults("city.json", city | {key: value}) != []


@pytest.mark.parametrize("name", schemas())
def test_the_file_for_editors_is_the_schema_of_today(name):
    assert (ROOT / "docs/schema" / name).read_text(encoding="utf-8") == written(schemas()[name]), "run `cli.py pack schema`"
