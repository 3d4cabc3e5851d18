"""The colours that a figure must name itself; assets/tokens.css says the same (a test compares them).

All else in a chart (fonts, margins, axes) is the template that assets/charts.js gives every figure.
"""

INK = "#9FB0BE"
INK_SOFT = "#586A79"
TEXT_1 = "#EDF2F6"
TEXT_2 = "#AAB6C1"
GROUND = "#0B1016"
GOOD = "#35BFAE"
WATCH = "#FFD05A"
BAD = "#FF5A40"
STALE = "#9C917F"
STATES = {"good": GOOD, "watch": WATCH, "bad": BAD}
