"""The colours that a figure must name itself: tokens of assets/tokens.css, which assets/charts.js puts in as the theme has them.

All else in a chart (fonts, margins, axes) is the template that assets/charts.js gives every figure.
"""

INK = "var(--ink)"
INK_SOFT = "var(--ink-soft)"
TEXT_1 = "var(--text-1)"
TEXT_2 = "var(--text-2)"
AIM = "var(--aim)"   # the region that is on target
GROUND = "var(--ground)"
GOOD = "var(--good)"
WATCH = "var(--watch)"
BAD = "var(--bad)"
STALE = "var(--stale)"
STATES = {"good": GOOD, "watch": WATCH, "bad": BAD}
