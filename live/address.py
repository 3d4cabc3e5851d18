"""From an address to a view of this city, or to the words why there is none."""

from data_access.city import City, UnknownRegion
from indicators.text import Language, Text
from layouts.address.errors import BadAddress, UnknownLanguage
from layouts.address.pages import SourcePage, SourcesPage, regions
from layouts.view import View, parse

OFF_LIMITS = Text("此墙无权查看这里", "This wall may not show this")


class Refused(Exception):
    """This address cannot be shown; `words` say why, `status` is HTTP's."""

    def __init__(self, words: Text, status: int) -> None:
        super().__init__(words.en)
        self.words = words
        self.status = status


def unknown_region(city: City, error: UnknownRegion) -> Refused:
    """That the city has no region of this code."""
    code = error.args[0]
    return Refused(Text(f"{city.name.zh}没有代码为“{code}”的区域", f"{city.name.en} has no region with the code “{code}”"), 404)


def read(city: City, pathname: str, search: str, language: Language, within: str | None = None) -> View:
    """Read an address; `language` is the browser's, `within` the region that may be seen. Raises: Refused."""
    try:
        view = parse(pathname, search, city.root.code, language)
        for code in shown(view):
            city.region(code)
    except BadAddress as error:
        raise Refused(error.words, error.status) from error
    except UnknownRegion as error:
        raise unknown_region(city, error) from error
    if within is not None and not lies_in(city, view, within):
        raise Refused(OFF_LIMITS, 403)
    return view


def shown(view: View) -> tuple[str, ...]:
    """The codes of the regions that a view shows for themselves."""
    return (view.scope.region,) if view.page is None else regions(view.page, view.scope.region)


def lies_in(city: City, view: View, within: str) -> bool:
    """Whether an address lies in a region: a source's page does not, as its rows come from anywhere; the list of sources may."""
    if isinstance(view.page, SourcesPage | SourcePage):
        return isinstance(view.page, SourcesPage)
    return all(any(step.code == within for step in city.path(city.region(code))) for code in shown(view))


def spoken(pathname: str, search: str, language: Language) -> Language:
    """The language of an address that may be wrong otherwise."""
    try:
        return parse(pathname, search, "", language).scope.language
    except UnknownLanguage:
        return language
    except BadAddress:
        return "en" if "lang=en" in search else "zh" if "lang=zh" in search else language
