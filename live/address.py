"""From an address to a view of this city, or to the words why there is none."""

from data_access.city import City, Region, UnknownRegion
from indicators.text import Language, Text
from layouts.view import BadAddress, UnknownLanguage, UnknownPage, View, parse

OFF_LIMITS = Text("此墙无权查看这里", "This wall may not show this")


class Refused(Exception):
    """This address cannot be shown; `words` say why, `status` is HTTP's."""

    def __init__(self, words: Text, status: int) -> None:
        super().__init__(words.en)
        self.words = words
        self.status = status


def read(city: City, pathname: str, search: str, language: Language, within: str | None = None) -> View:
    """Read an address; `language` is the browser's, `within` the region that may be seen. Raises: Refused."""
    try:
        view = parse(pathname, search, city.root.code, language)
        region = city.region(view.scope.region)
    except UnknownPage as error:
        raise Refused(error.words, 404) from error
    except BadAddress as error:
        raise Refused(error.words, 400) from error
    except UnknownRegion as error:
        raise Refused(Text(f"{city.name.zh}没有代码为“{error.args[0]}”的区域",
                           f"{city.name.en} has no region with the code “{error.args[0]}”"), 404) from error
    if within is not None and not lies_in(city, view, region, within):
        raise Refused(OFF_LIMITS, 403)
    return view


def lies_in(city: City, view: View, region: Region, within: str) -> bool:
    """Whether an address lies in a region: a source's page does not, as its rows come from anywhere; the list of sources may."""
    if view.page is not None:
        return not view.page.source
    return any(step.code == within for step in city.path(region))


def spoken(pathname: str, search: str, language: Language) -> Language:
    """The language of an address that may be wrong otherwise."""
    try:
        return parse(pathname, search, "", language).scope.language
    except UnknownLanguage:
        return language
    except BadAddress:
        return "en" if "lang=en" in search else "zh" if "lang=zh" in search else language
