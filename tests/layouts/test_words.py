"""The interface says everything in both languages."""

import ast
import json
import re
from pathlib import Path
from string import Formatter

import pytest

from indicators.library import INDICATORS
from layouts.words import SCRIPT, WORDS, script_words

LAYOUTS = Path(__file__).parents[2] / "layouts"
GLUED = re.compile(r"[A-Za-z]{3,}")
ALLOWED = {"WebGL", "CSV", "NDJSON", "PDF", "SVG", "PNG", "Excel",  # names of formats
           "CAP", "CORS", "GTFS", "HTTP", "HTTPS", "MQTT", "NGSI", "Open", "SensorThings"}            # and of protocols


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", WORDS)
def test_every_string_exists_in_both_languages_with_the_same_holes(key):
    text = WORDS[key]
    assert text.zh.strip() and text.en.strip()
    # the wind is told by force in Chinese and by speed in English
    assert holes(text.zh) == holes(text.en) or key == "wind"


@pytest.mark.parametrize("key", WORDS)
def test_no_english_word_is_glued_into_chinese(key):
    plain = re.sub(r"\{[^}]*\}|/\S+", "", WORDS[key].zh)  # an address is no word
    assert not [word for word in GLUED.findall(plain) if word not in ALLOWED]


def test_every_string_that_a_drawing_asks_for_exists():
    asked = {(path.name, key) for path in LAYOUTS.rglob("*.py")
             for key in re.findall(r'say\(\s*"([^"{]+)"', path.read_text(encoding="utf-8"))}
    assert asked and not {(name, key) for name, key in asked if key not in WORDS}


def test_every_string_is_asked_for_by_some_drawing():
    """A string that nothing names, whole or by its first part, is dead."""
    rooms = [*LAYOUTS.rglob("*.py"), *(LAYOUTS.parent / "live").rglob("*.py")]  # live says why it refuses
    source = "\n".join(path.read_text(encoding="utf-8") for path in rooms
                       if path.name != "words.py" and path.parent.name != "phrases")
    quoted = set(re.findall(r"[\"']([a-z0-9_.]+)[\"']", source))
    stems = set(re.findall(r"[\"']([a-z0-9_.]+\.)\{", source))
    dead = {key for key in WORDS if key not in quoted and not any(key.startswith(stem) for stem in stems)}
    assert {key for key in dead if not key.endswith(".why")} == set()  # those are named by a status


def test_the_scripts_words_are_json_with_every_unit():
    said = json.loads(script_words("zh"))
    assert said["ago"]["s"] == "{n} 秒前"
    assert {kind: set(units) for kind, units in said.items()} == {kind: set(units) for kind, units in SCRIPT.items()}


def test_every_dimension_of_the_library_has_its_word():
    assert {f"dimension.{indicator.dimension}" for indicator in INDICATORS.values()} <= WORDS.keys()


def test_every_subject_of_the_library_has_its_word():
    assert {f"subject.{indicator.subject.partition(':')[0]}" for indicator in INDICATORS.values()} <= WORDS.keys()


def test_chinese_and_letters_or_figures_of_another_script_stand_apart():
    glued = re.compile("[0-9A-Za-z](?=[\u4e00-\u9fff])|[\u4e00-\u9fff](?=[0-9A-Za-z])")
    said = [*(word.zh for word in WORDS.values()), *(indicator.title.zh for indicator in INDICATORS.values())]
    assert glued.search("30秒接通率") and [text for text in said if glued.search(text)] == []


def test_no_string_is_said_in_two_places():
    """The later one would silently take the place of the earlier."""
    said = [key.value for path in (LAYOUTS / "words.py", *(LAYOUTS / "phrases").glob("*.py"))
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id in ("WORDS", "PHRASES")
            and isinstance(node.value, ast.Dict) for key in node.value.keys if isinstance(key, ast.Constant)]
    assert set(said) == set(WORDS) and len(said) == len(set(said))
