"""What an indicator is made of, in the words of the notices: when one of these changes, it may change."""

from functools import cache

from indicators.algebra import metric_keys, statistic_keys, stock_keys
from indicators.definition import Indicator
from indicators.metrics import METRICS, STOCKS

SPOKEN: dict[str, frozenset[str]] = {
    "latest": frozenset({"observation", "device"}),   # the newest values move with every observation,
    "device": frozenset({"observation", "device"}),   # and so does whether a device was heard
    "source": frozenset({"arrival"}),                 # a source is heard whenever something of it comes
}
OF_STOCKS: dict[str, frozenset[str]] = {
    stock.fact: SPOKEN.get(stock.fact, frozenset({stock.fact})) for stock in STOCKS.values() if not stock.recorded
}


@cache
def of(indicator: Indicator) -> frozenset[str]:
    """The subjects of an indicator, without what stands behind the colon."""
    facts = {METRICS[key].fact for key in metric_keys(indicator.measure)}
    facts |= {STOCKS[key].fact for key in stock_keys(indicator.measure)}
    if statistic_keys(indicator.measure):
        facts.add("statistic")
    return frozenset({indicator.subject.partition(":")[0]}).union(*(SPOKEN.get(fact, {fact}) for fact in facts))
