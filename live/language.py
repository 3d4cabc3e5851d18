"""Which of the two languages a browser would rather read."""

from collections.abc import Sequence

from werkzeug import Request
from werkzeug.datastructures import LanguageAccept

from indicators.text import LANGUAGES, Language

spoken: list[Language] = list(LANGUAGES)     # the city's, its own first


def speak(languages: Sequence[Language]) -> None:
    """Speak the city's languages; once, before anybody asks."""
    spoken[:] = languages


def preferred(accepted: LanguageAccept) -> Language:
    """The one that the browser likes best; the city's own for one that asks for nothing, English for the rest of the world."""
    if not accepted:
        return spoken[0]
    best = accepted.best_match(spoken)
    return next((language for language in spoken if language == best), "en" if "en" in spoken else spoken[0])


def asked(request: Request) -> Language:
    """The language that a request's address names, else its browser's."""
    named = request.args.get("lang")
    return next((one for one in LANGUAGES if one == named), preferred(request.accept_languages))
