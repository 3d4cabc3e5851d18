"""Every component's id. No other module writes one out."""

from indicators.definition import Dimension

# the page
ADDRESS = "address"      # dcc.Location: the URL that the screen is
WALL = "wall"            # the root: language, clock's zone, words for the scripts, and whether the line is cut
TOAST = "toast"          # one line about the last action, or why it failed
NOTICE = "notice"      # covers the wall while there is nothing to show: loading, no database, a bad address
CUT = "cut"              # the strip that says since when nothing new has come

# the header
HEADER = "header"
BRAND = "brand"
CRUMBS = "crumbs"
WINDOW = "window"
SOURCES = "sources"
WEATHER = "weather"
LANGUAGE = "language"
THEME = "theme"          # light or dark
CLOCK = "clock"

ATTENTION = "attention"

# the stage: the map and what lies over it
STAGE = "stage"
MAP = "map"              # the element that the map's script fills
BOARD = "board"          # tiles in place of the map, where regions have no shapes
MAP_STATE = "map-state"  # dcc.Store: what the map shall show
MAP_AREAS = "map-areas"    # dcc.Store: the areas of warnings on the map
MAP_MOVING = "map-moving"  # dcc.Store: under which mark the map asks for what moves by itself
MAP_CLICK = "map-click"  # dcc.Store: what was clicked on the map
MAP_VIEW = "map-view"    # dcc.Store: where the map looks
CHIPS = "chips"          # what the screen is filtered by
LEGEND = "legend"        # the indicator's name, unit and ramp
MAP_KEY = "map-key"      # what the marks mean
RANKING = "ranking"

FEED = "feed"
JOBS = "jobs"            # long work under way, in the feed's head line
DRAWER = "drawer"

# a page in place of the wall: its parts in their order; those that a page does not have are empty
PAGE = "page"
PAGE_HEAD = "page-head"
PAGE_PERIOD = "page-period"
PAGE_TITLE = "page-title"
PAGE_SOURCES = "page-sources"
PAGE_DOORS = "page-doors"
PAGE_FINDINGS = "page-findings"
PAGE_REJECTS = "page-rejects"
PAGE_MARKS = "page-marks"
PAGE_ARRIVALS = "page-arrivals"
PAGE_QUALITY = "page-quality"
PAGE_DATASETS = "page-datasets"
PAGE_BATCHES = "page-batches"
PAGE_SECTIONS = tuple(f"page-section-{number}" for number in range(1, 13))   # of the other pages, in the order each gives them
PAGE_PARTS = (PAGE_TITLE, PAGE_SOURCES, PAGE_DOORS, PAGE_FINDINGS, PAGE_REJECTS, PAGE_MARKS, PAGE_ARRIVALS, PAGE_QUALITY,
              PAGE_DATASETS, PAGE_BATCHES, *PAGE_SECTIONS)

SKIP = "skip"            # the keyboard's way past the header
NEWS = "news"            # what is new, read out and not seen

PANEL_PREFIX = "panel-"


def panel(dimension: Dimension) -> str:
    """The panel of one dimension."""
    return PANEL_PREFIX + dimension


def name(part: str) -> str:
    """The words that name a part of the screen to those who cannot see it."""
    return f"{part}-name"
