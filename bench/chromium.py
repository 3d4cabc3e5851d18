"""The installed Chromium, as all benches start it."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


def program() -> str:
    """Where it is; ends the bench with a word when it is nowhere."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        sys.exit("No Chromium found: install it, or name it in CHROMIUM.")
    return found


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser without a window; it draws WebGL on the processor."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), headless=True, args=SWITCHES)
        yield browser
        browser.close()
