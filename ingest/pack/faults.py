"""What is wrong with a pack, in words: file, line, key and what was expected."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic_core import ErrorDetails, PydanticCustomError

from ingest.mapping import plain_yaml

Where = tuple[int | str, ...]

FILLED = ("folder", "sources")   # by whoever reads the pack, from where it lies


class PackError(ValueError):
    """A pack cannot be used; the message names file, line, key and what was expected."""


def misplaced(text: str, *where: int | str) -> PydanticCustomError:
    """A mistake that lies below the part whose check finds it."""
    return PydanticCustomError("misplaced", "{text}", {"text": text, "where": where})


class Marked:
    """A YAML file's content, which remembers the line of every key."""

    def __init__(self, file: Path) -> None:
        self.file = file
        try:
            text = file.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise PackError(f"{file}: expected UTF-8 text, found something else at byte {error.start}") from error
        try:
            self.node = yaml.compose(text, Loader=plain_yaml.Loader)
            self.content: Any = plain_yaml.load(text)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = "" if mark is None else f", line {mark.line + 1}"
            raise PackError(f"{file}{line}: {file.name} is not YAML: {error.problem or error.context}") from error
        except (yaml.YAMLError, ValueError) as error:  # a date like 2026-13-45 is a ValueError
            raise PackError(f"{file}: {file.name} is not YAML: {error}") from error
        if not isinstance(self.content, dict):
            raise PackError(f"{file}, line 1: expected keys and values, found {type(self.content).__name__}")
        self.refuse_twice()

    def line(self, where: Where) -> int:
        """The line of the key that a path leads to, or of the last step of it that is there."""
        node, line = self.node, 1
        for step in where:
            found = below(node, step)
            if found is not None:
                node, line = found
        return line

    def refuse_twice(self) -> None:
        """Raises: PackError for a key that stands twice: YAML would take the last and say nothing."""
        waiting = [self.node]
        while waiting:
            node = waiting.pop()
            if isinstance(node, yaml.MappingNode):
                seen: dict[str, int] = {}
                for key, value in node.value:
                    if key.value in seen:
                        raise PackError(f"{self.file}, line {key.start_mark.line + 1}: {key.value} is there already, "
                                        f"on line {seen[key.value]}; a key stands once")
                    seen[key.value] = key.start_mark.line + 1
                    waiting.append(value)
            elif isinstance(node, yaml.SequenceNode):
                waiting.extend(node.value)


def below(node: yaml.Node | None, step: int | str) -> tuple[yaml.Node, int] | None:
    """What a step leads to, and its line; None where there is no such key."""
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step].start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return value, key.start_mark.line + 1
    return None


def told(marked: Marked, where: Where, fault: ErrorDetails, model: type[BaseModel]) -> str:
    """One mistake in words: file, line, key, and what was expected."""
    names, at = [], marked.content
    reached: list[int | str] = []
    for step, after in zip(where, (*where[1:], None), strict=True):
        if beside(at, step, after):
            continue
        try:
            at = at[step]
            reached.append(step)
        except (KeyError, IndexError, TypeError):
            if fault["type"] != "missing" or not isinstance(at, Mapping):
                continue        # the name of a kind of part, not of a key
            at = None
        label = at.get("key") if isinstance(at, Mapping) else None
        names.append(f"{step} ({label})" if isinstance(step, int) and label else str(step))
    key = ".".join(names) or ("the city" if marked.file.name == "city.yaml" else "the source")
    return f"{marked.file}, line {marked.line(tuple(reached))}: {key}: {said(where, fault, model)}"


def beside(at: object, step: int | str, after: int | str | None) -> bool:
    """Whether a step is the name of a kind of part, though a key is called so too: what comes after stands beside that key."""
    return isinstance(at, Mapping) and step in at and after in at and not isinstance(at[step], Mapping | list)


def said(where: Where, fault: ErrorDetails, model: type[BaseModel]) -> str:
    """What was expected, in the words of somebody who writes YAML."""
    kind, message, given = fault["type"], fault["msg"], fault["input"]
    if kind == "extra_forbidden":
        return unknown(str(where[-1]), known(model, where[:-1]))
    if kind == "missing":
        return "is missing, and must be there"
    if kind == "string_type" and isinstance(given, int | float):
        return f"expected text, found the {'yes/no' if isinstance(given, bool) else 'number'} {given}: write it in quotes"
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return f"expected keys and values, found {shown(given)}"
    if kind in ("string_type", "list_type", "int_parsing", "float_parsing", "bool_parsing"):
        return f"{message.removeprefix('Input should be ').replace('a valid ', 'expected a ', 1)}, found {shown(given)}"
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    return f"{message}, found {shown(given)}" if kind.endswith(("_error", "_parsing", "_type", "mismatch")) else message


def unknown(name: str, there: Sequence[str]) -> str:
    """A key that nobody knows: what it may have been meant for."""
    near = get_close_matches(name, there, 1)
    if near:
        return f"is not known here; is {near[0]} meant?"
    return f"is not known here; known: {', '.join(there)}" if there else "is not known here"


def shown(given: object) -> str:
    """What stood there, short."""
    if given is None:
        return "nothing"
    text = repr(given)
    return text if len(text) <= 60 else f"{text[:57]}…"


def known(model: type[BaseModel], where: Where) -> list[str]:
    """The keys that may stand in the part that a path leads to; none when that is not one kind of part."""
    at: list[Any] = [model]
    for step in where:
        if isinstance(step, int):
            continue
        models = [one for one in at if isinstance(one, type) and issubclass(one, BaseModel)]
        fields = [field for one in models for name, field in one.model_fields.items() if step in (name, field.alias)]
        named = [one for one in models if one.__name__ == step]
        at = [inner for field in fields for inner in parts(field.annotation)] or named or at
    return [field.alias or name for one in at if isinstance(one, type) and issubclass(one, BaseModel)
            for name, field in one.model_fields.items() if name not in FILLED]


def parts(annotation: Any) -> list[Any]:
    """The classes that an annotation is made of: of a list its items, of a mapping its values."""
    inner = getattr(annotation, "__args__", None)
    if not inner:
        return [annotation]
    return [found for one in inner for found in parts(one)]
