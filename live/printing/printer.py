"""One browser without a window, kept warm, that prints one page after the other as PDF.

It opens addresses of a listener of its own on the loopback, which lets nobody else in, and every request that leads elsewhere
is broken off: what a page may be made to name cannot be reached by it.
"""

import logging
import os
import queue
import secrets
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html import escape
from threading import Lock, Thread
from typing import Any

from playwright.sync_api import Browser, Error, Page, Playwright, Route, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from live.mount import Wsgi

log = logging.getLogger(__name__)

NAMES = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-gpu",
            "--disable-extensions", "--font-render-hinting=none")
QUEUE = 4                # pages that may wait
PATIENCE_S = 60.0        # from the order to the paper, waiting included
PAINTED_MS = 30_000
IDLE_S = 300.0           # a browser that nobody needs for so long gives its memory back
SCALE = 0.7              # of the paper: a page of 1,000 px is as wide as A4 between its margins
SIZE = {"width": 1004, "height": 1400}
MARGIN = {"top": "12mm", "right": "12mm", "bottom": "16mm", "left": "12mm"}
SECRET = "X-Tonglan-Printer"
FOOT = """<div style="font: 8px sans-serif; color: #596570; width: 100%; padding: 0 12mm; display: flex;
justify-content: space-between"><span>{told}</span>
<span><span class="pageNumber"></span> / <span class="totalPages"></span></span></div>"""

# Painted: the address's picture is laid, letters, charts and tables are there.
PAINTED = """() => {
  const wall = document.getElementById("wall");
  if (!wall || !window.tonglan?.drawn || wall.getAttribute("aria-busy") === "true") return false;
  if (!document.querySelector(".page h1") || document.fonts.status !== "loaded") return false;
  const empty = grid => !grid.querySelector(".ag-row, .ag-overlay-no-rows-center");
  if ([...document.querySelectorAll("div.grid")].some(empty)) return false;
  return ![...document.querySelectorAll(".plot")].some(plot => plot.offsetParent && !plot.querySelector("svg"));
}"""
FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"


class CannotPrint(Exception):
    """The page cannot be printed now; the message is the key of the words that say why."""


@dataclass(frozen=True)
class Sheet:
    """One page to be printed: its address on this server, what its foot says, and the cookie of whoever wants it."""

    address: str
    told: str
    cookie: tuple[str, str] | None = None
    paper: "Future[bytes]" = field(default_factory=Future, compare=False)


def program(named: str | None) -> str | None:
    """The browser's program: the one named, else the first that is installed."""
    return shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)


class Printer:
    """Takes orders from any thread; a thread of its own prints them."""

    def __init__(self, application: Wsgi, program: str | None) -> None:
        self._application = application
        self._program = program
        self._secret = secrets.token_urlsafe(32)
        self._orders: queue.Queue[Sheet | None] = queue.Queue(QUEUE)
        self._thread: Thread | None = None
        self._lock = Lock()

    def pdf(self, sheet: Sheet) -> bytes:
        """The page as PDF. Raises: CannotPrint."""
        if self._program is None:
            raise CannotPrint("take.no_printer")
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._work, name="printer", daemon=True)
                self._thread.start()
        try:
            self._orders.put_nowait(sheet)
        except queue.Full:
            raise CannotPrint("take.printing") from None
        try:
            return sheet.paper.result(PATIENCE_S)
        except Late:
            sheet.paper.cancel()
            raise CannotPrint("take.slow") from None
        except Error as error:
            log.warning("%s cannot be printed: %s", sheet.address, str(error).splitlines()[0])
            raise CannotPrint("take.slow") from error

    def close(self) -> None:
        """Shut the browser."""
        with self._lock:
            thread = self._thread
        if thread is not None and thread.is_alive():
            self._orders.put(None)
            thread.join(10)

    def _work(self) -> None:
        """Wait for an order; then keep a browser for as long as more come."""
        while (sheet := self._orders.get()) is not None:
            try:
                self._print_all(sheet)
            except queue.Empty:
                continue
            except Exception as error:
                log.warning("no browser to print with: %s", str(error).splitlines()[0])
                if not sheet.paper.done():
                    sheet.paper.set_exception(CannotPrint("take.slow"))

    def _print_all(self, first: Sheet) -> None:
        """Print with one browser until it dies. Raises: queue.Empty when nobody wants anything any more."""
        with serving(guarded(self._application, self._secret)) as base, sync_playwright() as playwright:
            browser = launched(playwright, str(self._program))
            sheet: Sheet | None = first
            while sheet is not None:
                self._print(browser, base, sheet)
                if not browser.is_connected():
                    return
                sheet = self._orders.get(timeout=IDLE_S)
            self._orders.put(None)

    def _print(self, browser: Browser, base: str, sheet: Sheet) -> None:
        if not sheet.paper.set_running_or_notify_cancel():
            return
        try:
            sheet.paper.set_result(printed(browser, base, sheet, self._secret))
        except Exception as error:
            sheet.paper.set_exception(error)


def launched(playwright: Playwright, program: str) -> Browser:
    """The browser, in its sandbox where the system lets it have one (never for root, nor in most containers)."""
    if os.geteuid() != 0:
        with suppress(Error):
            return playwright.chromium.launch(executable_path=program, args=SWITCHES, chromium_sandbox=True)
    return playwright.chromium.launch(executable_path=program, args=SWITCHES, chromium_sandbox=False)


def printed(browser: Browser, base: str, sheet: Sheet, secret: str) -> bytes:
    """One page as PDF. Raises: Error."""
    context = browser.new_context(viewport=SIZE, color_scheme="light", reduced_motion="reduce",  # type: ignore[arg-type]
                                  extra_http_headers={SECRET: secret}, service_workers="block")
    try:
        context.route("**/*", lambda route: stay(route, base))
        if sheet.cookie is not None:
            context.add_cookies([{"name": sheet.cookie[0], "value": sheet.cookie[1], "url": base}])
        page = context.new_page()
        page.emulate_media(media="print")
        page.goto(base + sheet.address, wait_until="commit")
        page.wait_for_function(PAINTED, timeout=PAINTED_MS, polling=50)
        page.evaluate(FRAMES)
        return paper(page, sheet.told)
    finally:
        context.close()


def paper(page: Page, told: str) -> bytes:
    """What is painted, on A4."""
    return page.pdf(format="A4", scale=SCALE, print_background=True, margin=MARGIN, display_header_footer=True,  # type: ignore[arg-type]
                    header_template="<span></span>", footer_template=FOOT.format(told=escape(told)), tagged=True)


def stay(route: Route, base: str) -> None:
    """No request leaves this application."""
    if route.request.url.startswith(f"{base}/"):
        route.continue_()
    else:
        route.abort()


def guarded(application: Wsgi, secret: str) -> Wsgi:
    """The application for the printer alone, which only reads."""
    def choose(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        key = f"HTTP_{SECRET.upper().replace('-', '_')}"
        if environ["REQUEST_METHOD"] != "GET" or not secrets.compare_digest(environ.get(key, ""), secret):
            start_response("403 Forbidden", [("Content-Type", "text/plain")])
            return [b"for the printer alone"]
        return application(environ, start_response)

    return choose


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""


@contextmanager
def serving(application: Wsgi) -> Iterator[str]:
    """Listen on the loopback, on any free port. Yields: where."""
    listener = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
    listener.daemon_threads = True  # type: ignore[attr-defined]
    Thread(target=listener.serve_forever, name="printer's listener", daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.server_port}"
    finally:
        listener.shutdown()
        listener.server_close()
