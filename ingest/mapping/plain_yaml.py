"""YAML as people mean it: only true and false are truths; on, off, yes and no are words, as YAML has it since version 1.2."""

import re
from typing import Any

import yaml

TRUTH = "tag:yaml.org,2002:bool"


class Loader(yaml.SafeLoader):
    """The library's own, which speaks YAML 1.1 else, but for these words."""


Loader.yaml_implicit_resolvers = {letter: [one for one in known if one[0] != TRUTH]
                                  for letter, known in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Loader.add_implicit_resolver(TRUTH, re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


def load(text: str) -> Any:
    """What a text says. Raises: yaml.YAMLError; ValueError."""
    return yaml.load(text, Loader)
