"""Every side of every formula can be said in words, in both languages."""

import pytest

from indicators import wording
from indicators.algebra import terms
from indicators.definition import Count, Percentile, Standing, Statistic, Total
from indicators.library import INDICATORS


@pytest.mark.parametrize("indicator", INDICATORS.values(), ids=INDICATORS)
def test_every_term_of_every_indicator_has_words(indicator):
    measure = indicator.measure
    ranked = isinstance(measure, Percentile)
    told = [wording.RANKED[measure.metric]] if ranked else [wording.worded(one) for one in terms(measure)]
    assert told and all(one.zh and one.en for one in told)


def test_no_words_are_kept_for_what_nothing_counts():
    used = {term for indicator in INDICATORS.values() for term in terms(indicator.measure)}
    known = {*(Count(key) for key in wording.COUNTED), *(Total(key) for key in wording.SUMMED),
             *(Standing(key) for key in wording.STANDING), *(Statistic(key) for key in wording.PUBLISHED)}
    assert known <= used
