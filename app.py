"""The running application: settings → engine → layout → callbacks → routes."""

import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from dash import Dash
from dash.development.base_component import Component
from flask import Flask, request

from callbacks import failure, map_click, map_state
from cluster import private
from data_access import engine as engines
from data_access.city import City
from data_access.engine import Engine
from doors.serving import SCREEN, create_doors
from doors.state import States
from indicators import library, pictures, scoring
from indicators.text import Language
from ingest import pack
from ingest.mapping.faults import MappingError
from layouts import notice, wall
from layouts.behind import behind
from live import address, bundle, frame, garbage, gate, headers, health, retrying, sources, squeeze, status, stream, tiles, walls
from live.briefings import office
from live.briefings import routes as briefings
from live.briefings.maker import Maker
from live.briefings.office import Office
from live.briefings.press import press
from live.briefings.shelf import Shelf
from live.exports import routes as exports
from live.gate import Gate
from live.language import asked, preferred, speak
from live.mount import mount
from live.playlist import Playlist, Scene, Walls
from live.printing import routes as printing
from live.printing.printer import Printer, program
from live.retrying import CannotRetry, Retry
from live.studio import Studio
from settings import Settings

log = logging.getLogger(__name__)

ASSETS = Path(__file__).parent / "assets"
LARGEST_BODY = 1 << 20
POOL = 12
EXPORT_TIMEOUT_MS = 120_000   # of one piece of a file: the first waits for all to be sorted


def create_app(settings: Settings) -> Dash:
    """Make the application and start its hub; it comes up without a city, and without a database."""
    engine = engines.create(database_url(settings), statement_timeout_ms=settings.statement_timeout_ms, pool_size=POOL)
    said = planned(settings.pack)
    colours = "" if said is None else said.colours.style()
    if said is not None:
        speak(said.languages)
    library.aim({} if said is None else {key: one.target for key, one in said.targets.items()})
    scoring.adopt(None if said is None or said.scores is None else said.scores.scoring)
    pictures.adopt({} if said is None else {one.key: one.pictures.pictures for one in said.sources if one.pictures})
    kept = None if said is None else Office(said.key, [one.plan(said.languages) for one in said.briefings],
                                            Shelf(settings.var / "briefings" / said.key))
    office.adopt(kept)
    studio = Studio(engine)
    app = frame.Screen(
        lambda: skeleton(studio), name=__name__, title="一网统览", update_title="", index_string=frame.index(ASSETS, colours),
        assets_folder=str(ASSETS), assets_path_ignore=["vendor"], assets_ignore=re.escape(frame.FIRST),
        suppress_callback_exceptions=True, on_error=failure.tell(language),
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    app.layout = behind()
    map_click.register(app, lambda: studio.atlas.city, language)
    map_state.register(app)
    add_routes(app, engine, studio, settings, programme(said), kept)
    studio.start()
    return app


def server() -> Flask:
    """The application for a WSGI server, as the environment says."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    settings = Settings()
    flask: Flask = create_app(settings).server
    if settings.briefings and "briefings" in flask.extensions:
        flask.extensions["briefings"].start()
    garbage.spare_what_stays()
    return flask


def database_url(settings: Settings) -> str:
    """The server that the operator named, or the private one. Raises: RuntimeError when neither is there."""
    url = settings.database_url or private.status()
    if url is None:
        raise RuntimeError("DATABASE_URL is not set and the private database does not run: start with `cli.py run`")
    return url


def skeleton(studio: Studio) -> Component:
    """Where everything stands in the page that is asked for; what stands there comes by the stream."""
    city, spoken = studio.atlas.city, asked(request)
    return notice.page(spoken) if city is None else wall.wall(city, spoken, page=page(city))


def page(city: City) -> str | None:
    """Which page is asked for; None for the wall, and for an address that leads nowhere."""
    with suppress(address.Refused):
        found = address.read(city, request.path, request.query_string.decode(errors="replace"), language()).page
        return None if found is None else found.name
    return None


def language() -> Language:
    """The language of this request's browser."""
    return preferred(request.accept_languages)


def add_routes(app: Dash, engine: Engine, studio: Studio, settings: Settings, planned_walls: Walls,
               kept: Office | None) -> None:
    """The stream, the tiles, the health and the ingest door; then what is done to every answer."""
    flask: Flask = app.server
    flask.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    flask.extensions["studio"] = studio
    unhurried = engines.create(database_url(settings), statement_timeout_ms=EXPORT_TIMEOUT_MS, pool_size=exports.AT_ONCE)
    printer = flask.extensions["printer"] = Printer(lambda *asked: flask.wsgi_app(*asked), program(settings.chromium))
    if kept is not None:
        flask.extensions["briefings"] = Maker(kept, lambda: studio.atlas.city, studio.jobs,
                                              press(lambda view: studio.desk(view, unhurried), printer))
    keeper = Gate(settings.wall_tokens, lambda: studio.atlas.city)
    keeper.guard(flask)
    for blueprint in (
        stream.routes(studio.hub, studio.atlas, studio.jobs, studio.within),
        walls.routes(planned_walls, keeper, lambda: studio.atlas.city),
        tiles.blueprint(engine, lambda: studio.atlas.city),
        sources.routes(engine),
        exports.routes(lambda: studio.atlas.city, lambda view: studio.desk(view, unhurried)),
        printing.routes(lambda: studio.atlas.city, studio.desk, studio.within, printer),
        briefings.routes(lambda: studio.atlas.city),
        retrying.routes(retrier(settings)),
        health.routes(studio.hub, studio.atlas),
        frame.routes(ASSETS),
        bundle.routes(ASSETS, frame.FIRST),
    ):
        flask.register_blueprint(blueprint)
    status.judge(flask, lambda: studio.atlas.city, lambda view: status.exists(engine, view))
    squeeze.squeeze(flask)
    headers.protect(flask, app.csp_hashes(), pictures.opened())
    mount(flask, "/ingest/", gate.without_walls(door(settings)) if keeper.locked else door(settings))


def planned(name: str) -> pack.Pack | None:
    """What the pack says of the screen; None where it cannot be read: the screen then goes without."""
    try:
        return pack.read(name)
    except pack.PackError as error:
        log.warning("the pack's targets, colours and walls cannot be read: %s", error)
        return None


def programme(said: pack.Pack | None) -> Walls:
    """What the pack plans for walls; without it they go round the city's regions."""
    if said is None:
        return Walls()
    return Walls(said.key, {wall.key: Playlist(tuple(Scene(one.address, one.seconds) for one in wall.scenes), wall.resume_seconds)
                            for wall in said.walls})


def retrier(settings: Settings) -> Retry:
    """What tries a source's rejects once more, by the pack as it is then; it writes, so it has an engine of its own."""
    engine = engines.create(database_url(settings), statement_timeout_ms=settings.ingest_timeout_ms, pool_size=2)

    def again(source: str) -> Mapping[str, Any]:
        from ingest.retry import retry  # brings all readers: only where somebody asks for them

        try:
            return retry(engine, pack.read(settings.pack), source)
        except (pack.PackError, MappingError) as error:
            raise CannotRetry(str(error)) from error

    return again


def door(settings: Settings) -> Flask:
    """The ingest door, with an engine of its own: it writes, and may take longer than a read. How it stands is told beside the
    door of its own process."""
    engine = engines.create(database_url(settings), statement_timeout_ms=settings.ingest_timeout_ms, pool_size=4)
    states = States(engine)
    states.keep()
    return create_doors(engine, states, name=SCREEN)
