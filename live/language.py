"""Which of the two languages a browser would rather read."""

from werkzeug import Request
from werkzeug.datastructures import LanguageAccept

from indicators.text import LANGUAGES, Language


def preferred(accepted: LanguageAccept) -> Language:
    """Chinese when the browser asks for it or for nothing at all; English for the rest of the world."""
    if not accepted:
        return "zh"
    best = accepted.best_match(LANGUAGES)
    return next((language for language in LANGUAGES if language == best), "en")


def asked(request: Request) -> Language:
    """The language that a request's address names, else its browser's."""
    named = request.args.get("lang")
    return next((one for one in LANGUAGES if one == named), preferred(request.accept_languages))
