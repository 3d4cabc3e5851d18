"""Packs' YAML: words are words."""

from pathlib import Path

import pytest

from ingest.mapping import plain_yaml
from ingest.mapping.tables import from_file
from ingest.pack.faults import Marked


@pytest.mark.parametrize("word", ["ON", "Off", "yes", "NO", "y", "n"])
def test_what_only_old_yaml_takes_for_a_truth_is_a_word(word: str) -> None:
    assert plain_yaml.load(f"{{{word}: {word}}}") == {word: word}


def test_true_and_false_are_truths_and_the_rest_is_as_ever() -> None:
    assert plain_yaml.load("[true, False, 1, 1.5, null, on it, 2026-03-04]")[:6] == [True, False, 1, 1.5, None, "on it"]


def test_tables_of_a_pack_and_beside_it_have_such_words(tmp_path: Path) -> None:
    file = tmp_path / "status.yaml"
    file.write_text("ON: 1\nOFF: 0\n", encoding="utf-8")
    assert from_file(file, 0, None, None) == {"ON": "1", "OFF": "0"}
    assert Marked(file).content == {"ON": 1, "OFF": 0}
