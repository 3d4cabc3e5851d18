"""What covers the wall while there is nothing to show: the city is being loaded, the database is away, the address is wrong."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from data_access.jobs import Job
from indicators.text import Language, Text
from layouts import ids
from layouts.header import job_parts
from layouts.wall import tongue
from layouts.words import say


def loading(jobs: Sequence[Job], language: Language) -> list[Any]:
    """The city is not loaded yet: what is being done, how far, how long still."""
    return [html.B(say("notice.loading", language)),
            html.Ul([html.Li(job_parts(job, language)) for job in jobs], className="jobs")]


def unreachable(language: Language) -> list[Any]:
    """The database does not answer and nothing was ever shown."""
    return [html.B(say("notice.unreachable", language)), html.P(say("notice.waiting", language))]


def refusal(words: Text, language: Language) -> list[Any]:
    """An address that leads nowhere: why, and the way home."""
    return [html.B(words[language]), dcc.Link(say("home", language), href=f"/?lang={language}", className="btn pri")]


def page(language: Language, children: Sequence[Any] = ()) -> html.Main:
    """The page before there is a city."""
    return html.Main(html.Div(list(children), id=ids.NOTICE, className="notice", role="alert"),
                     id=ids.WALL, className="wall", **tongue(language))
