"""The smallest pieces of a pack's YAML."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from indicators.text import Text
from ingest.rows import FIELDS

Key = Annotated[str, Field(min_length=1, max_length=64)]


def known(subject: str) -> str:
    """A subject that there is. Raises: ValueError."""
    if subject not in FIELDS:
        raise ValueError(f"{subject!r} is no subject; there are: {', '.join(FIELDS)}")
    return subject


SubjectName = Annotated[str, AfterValidator(known), Field(json_schema_extra={"enum": sorted(FIELDS)})]
Nearest = Annotated[float, Field(
    ge=0, description="A point outside every region goes to the nearest one within so many metres, marked")]


class Part(BaseModel):
    """A piece of a pack's YAML; a key that is not known is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def or_text(core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
    """The schema of a part that plain text may stand for."""
    made = handler(core)
    inner = handler.resolve_ref_schema(made)
    whole = dict(inner)
    inner.clear()
    inner |= {"description": whole.pop("description", ""), "anyOf": [{"type": "string", "minLength": 1}, whole]}
    return made


class Words(Part):
    """A name in both languages; given in one, it is the same in the other."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["zh"]}, {"required": ["en"]}]})

    zh: str = ""
    en: str = ""

    @model_validator(mode="before")
    @classmethod
    def both(cls, given: Any) -> Any:
        """What is said in one language is said in both."""
        if isinstance(given, str) and cls is Words:
            given = {"zh": given, "en": given}
        if not isinstance(given, dict):
            return given
        one = given.get("zh") or given.get("en")
        if not one:
            raise ValueError("a name is needed: {zh: …, en: …}, one of the two, or plain text")
        return {**given, "zh": given.get("zh") or one, "en": given.get("en") or one}

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Plain text does for both languages."""
        return or_text(core, handler) if cls is Words else handler(core)

    @property
    def text(self) -> Text:
        """The same words as the rest of the program holds them."""
        return Text(self.zh, self.en)


class Named(Words):
    """Something with a key and a name."""

    key: Key
