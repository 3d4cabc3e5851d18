"""One number, whoever asks: reading, ranking, scorecard, decomposition and breakdown say the same, and so does plain SQL."""

import random
from datetime import UTC, datetime, timedelta
from math import fsum

import pytest
from sqlalchemy import Engine, text

from data_access.city import City
from data_access.decomposition import BYS, Against, By, decompose
from data_access.organizations import scores
from data_access.readings import by_child, readings
from data_access.scorecards import marked, peers, ranked, scorecard
from data_access.shares import shares
from indicators.algebra import is_published, metric_keys, statistic_keys, stock_keys
from indicators.definition import Indicator, Percentile
from indicators.library import INDICATORS
from indicators.metrics import STOCKS
from indicators.reading import Reading
from indicators.scope import Filter, Scope
from indicators.scoring import DEFAULT
from indicators.splits import By as Field
from indicators.splits import splittable
from ingest.rollups import rebuild
from ingest.snapshots import record
from tests.data_access.test_flows import fill

NOW = datetime(2026, 3, 10, 15, 20, tzinfo=UTC)  # 11:20 in New York, two days after its clock went forward
ALL = list(INDICATORS.values())
SPLIT = [one for one in ALL if splittable(one)]
PERIODS = ("7d", "2026-03-02..2026-03-08", "month")
MIDNIGHTS = [datetime(2026, 3, n, 5, tzinfo=UTC) for n in range(1, 9)] + [datetime(2026, 3, n, 4, tzinfo=UTC) for n in (9, 10)]


@pytest.fixture(scope="module")
def filled(engine: Engine, town: City) -> Engine:
    """Three weeks of random facts in every block; every subject was heard a minute ago, every figure is published."""
    fill(engine, town, random.Random(5))
    with engine.begin() as connection:
        connection.exec_driver_sql("""
            INSERT INTO agency (code, name_zh, name_en, region_id, source_id) VALUES ('A2', '城管', 'Order', 1, 2);
            INSERT INTO case_class (code, name_zh, name_en) VALUES ('road', '道路', 'Roads'), ('crack', '裂缝', 'Crack');
            UPDATE case_class SET parent_code = 'road' WHERE code IN ('pothole', 'crack');
            UPDATE city_case
               SET class_code = (ARRAY['pothole', 'crack', 'noise'])[1 + case_id %% 3],
                   channel = (ARRAY['web', 'app'])[1 + case_id %% 2],
                   agency_id = CASE WHEN dispatched_at IS NULL THEN NULL ELSE 1 + case_id %% 2 END,
                   state_at = GREATEST(reported_at, registered_at, dispatched_at, disposed_at, closed_at),
                   suspended_at = CASE WHEN closed_at IS NULL AND case_id %% 5 = 0 THEN reported_at END;
            DELETE FROM city_case WHERE reported_at > '2026-03-10 15:20Z';
            UPDATE message SET case_id = message_id WHERE message_id %% 4 <> 0;
            UPDATE device SET last_at = '2026-03-10 15:19Z', installed_at = '2026-01-01';
            INSERT INTO place (place_id, source_id, external_id, kind, name, region_id, batch_id, row_no)
            SELECT region_id, 1, region_id, 'lot', 'lot', region_id, 1, region_id FROM region WHERE level = 3;
            INSERT INTO latest_observation
            SELECT DISTINCT ON (device_id, property_id) device_id, property_id, observed_at, value FROM observation
             ORDER BY device_id, property_id, observed_at DESC""")
        for subject in sorted({one.subject for one in ALL} | {"observation"}):
            connection.execute(text("""
                INSERT INTO feed (source_id, subject, last_at, last_received_at) VALUES (1, :subject, :at, :at)"""),
                {"subject": subject, "at": NOW - timedelta(minutes=1)})
        for number, key in enumerate(sorted({key for one in ALL for key in statistic_keys(one.measure)}), start=1):
            connection.execute(text("""
                INSERT INTO statistic
                SELECT a.ancestor_id, :key, period, sum(:number * 100 + a.region_id + period), 1, 1, 1
                  FROM region_ancestor a JOIN region leaf USING (region_id) CROSS JOIN unnest(ARRAY[2016, 2023]) AS period
                 WHERE leaf.level = 3
                 GROUP BY a.ancestor_id, period"""), {"key": key, "number": number})
    rebuild(engine, town)
    for at in (*MIDNIGHTS, datetime(2026, 3, 3, 16, tzinfo=UTC)):
        record(engine, town, [key for key, stock in STOCKS.items() if not stock.recorded], at)
    record(engine, town, [key for key, stock in STOCKS.items() if stock.recorded], NOW)
    return engine


# The same number from everywhere


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("region", ["T", "T1", "T22", "T111"])
def test_reading_scorecard_and_siblings_say_the_same(filled: Engine, town: City, region: str, period: str) -> None:
    scope = Scope(region, period)
    card = scorecard(filled, town, scope, NOW)
    others = peers(filled, town, scope, NOW)
    alone = readings(filled, town, ALL, scope, NOW, yearly=True)
    assert list(card.lines) == [one.key for one in ALL]
    assert marked(card.region, alone, others) == card
    assert sum(line.reading.value is not None for line in card.lines.values()) > 50
    for key, of_all in others.items():
        mine = of_all[card.region.region_id]
        assert (mine.status, mine.n) == (alone[key].status, alone[key].n), key
        assert mine.value == pytest.approx(alone[key].value), key


@pytest.mark.parametrize("indicator", ALL, ids=INDICATORS)
def test_a_ranking_says_what_its_regions_say_themselves(filled: Engine, town: City, indicator: Indicator) -> None:
    for parent in ("T", "T1", "T22"):
        children = by_child(filled, town, indicator, Scope(parent, "7d"), NOW)
        assert len(children) == 2
        for child in children:
            alone = readings(filled, town, [indicator], Scope(child.region.code, "7d"), NOW)[indicator.key]
            assert (alone.status, alone.n) == (child.reading.status, child.reading.n), child.region.code
            said = (child.reading.value, child.reading.comparable, child.reading.previous)
            assert (alone.value, alone.comparable, alone.previous) == pytest.approx(said), child.region.code


@pytest.mark.parametrize("indicator", ALL, ids=INDICATORS)
def test_a_decomposition_adds_up_to_the_change_that_the_reading_shows(filled: Engine, town: City, indicator: Indicator) -> None:
    parted = 0
    wanted: list[tuple[str, Against, tuple[By, ...]]] = [
        ("T", "last_week", ("region",)), ("T12", "previous", BYS if splittable(indicator) else ("region",))]
    for region, against, bys in wanted:
        shown = readings(filled, town, [indicator], Scope(region, "7d"), NOW)[indicator.key]
        parted += sum(told_apart(filled, town, indicator, region, by, against, shown) for by in bys)
    alone = is_published(indicator.measure) or isinstance(indicator.measure, Percentile)
    bare = indicator.archive or indicator.dimension == "people" or indicator.max_level == 0
    assert parted == 0 if alone else parted > 0 or bare or not moving(indicator), "nothing was decomposed"


def moving(indicator: Indicator) -> bool:
    """Whether anything of an indicator can be compared at all: what is only recorded anew cannot."""
    stocks = stock_keys(indicator.measure)
    return bool(metric_keys(indicator.measure)) or any(not STOCKS[key].recorded for key in stocks)


def told_apart(engine: Engine, town: City, indicator: Indicator, region: str, by: By, against: Against, shown: Reading) -> bool:
    """Check one decomposition. Returns: whether there was one."""
    found = decompose(engine, town, indicator, Scope(region, "7d"), NOW, by, against)
    assert (found.after, found.before) == pytest.approx((shown.comparable, getattr(shown, against)))
    if found.why is not None:
        assert found.parts == ()
        return False
    assert found.before is not None and found.after is not None
    size = max(1.0, abs(found.before), abs(found.after))
    change = found.after - found.before
    assert fsum(part.contribution for part in found.parts) == pytest.approx(change, abs=1e-9 * size), (region, by)
    assert found.rest == pytest.approx(0, abs=1e-9 * size), (region, by)
    assert found.mix + found.rate + found.rest == pytest.approx(change, abs=1e-9 * size)
    return True


@pytest.mark.parametrize("indicator", SPLIT, ids=lambda one: one.key)
@pytest.mark.parametrize("by", ["class", "agency", "channel"])
def test_shares_have_all_the_facts_of_the_reading(filled: Engine, town: City, indicator: Indicator, by: Field) -> None:
    for region, period in (("T", "7d"), ("T1", "2026-03-02..2026-03-08"), ("T111", "30d")):
        whole = readings(filled, town, [indicator], Scope(region, period), NOW)[indicator.key]
        found = shares(filled, town, indicator, Scope(region, period), NOW, by).shares
        assert sum(share.n for share in found) == whole.n, region
        if whole.n and len(found) == 1:
            assert found[0].value == pytest.approx(whole.value)
        if indicator.unit in ("case", "case_10k", "case_km2", "call"):
            assert fsum(share.value or 0 for share in found) == pytest.approx(whole.value)


def test_what_has_no_class_says_so(filled: Engine, town: City) -> None:
    found = shares(filled, town, INDICATORS["place_pm25"], Scope("T"), NOW, "class")
    assert found.shares == () and found.why is not None and "no class" in found.why.en


def test_classes_are_the_top_ones_or_those_below_the_one_that_is_filtered_by(filled: Engine, town: City) -> None:
    reported = INDICATORS["event_reported"]
    top = shares(filled, town, reported, Scope("T", "30d"), NOW, "class")
    assert {share.key for share in top.shares} == {"road", "noise"}
    below = shares(filled, town, reported, Scope("T", "30d", filters=(Filter("class", ("road",)),)), NOW, "class")
    assert {share.key for share in below.shares} == {"pothole", "crack"}
    assert sum(share.n for share in below.shares) == next(share.n for share in top.shares if share.key == "road")


def test_a_filter_holds_for_every_way_to_the_number(filled: Engine, town: City) -> None:
    scope = Scope("T1", "7d", filters=(Filter("channel", ("web",)),))
    reported = INDICATORS["event_reported"]
    shown = readings(filled, town, [reported], scope, NOW)["event_reported"]
    [web] = shares(filled, town, reported, scope, NOW, "channel").shares
    found = decompose(filled, town, reported, scope, NOW, "region", "previous")
    assert (web.key, web.n) == ("web", shown.n)
    assert (found.before, found.after) == (shown.previous, shown.comparable)
    assert sum(part.n_after for part in found.parts) == shown.comparable


def test_why_a_percentile_a_census_and_a_leaf_cannot_be_split_is_said(filled: Engine, town: City) -> None:
    def why(key: str, region: str = "T", by: By = "region") -> str:
        found = decompose(filled, town, INDICATORS[key], Scope(region, "7d"), NOW, by, "previous")
        return found.why.en if found.why else ""

    assert "percentile" in why("event_hours_to_close")
    assert "Published" in why("people_population")
    assert "no regions below" in why("event_reported", "T111")
    assert "recorded by region only" in why("event_open", by="agency")
    assert "not made of cases" in why("place_pm25", by="class")
    assert why("event_open") == why("event_reported", by="agency") == ""


def test_a_comparison_that_the_data_do_not_reach_is_not_decomposed(filled: Engine, town: City) -> None:
    found = decompose(filled, town, INDICATORS["event_reported"], Scope("T", "7d"), NOW, "region", "last_year")
    assert found.before is None and found.why is not None and "nothing to compare" in found.why.en


# Agencies


def test_an_agencys_figures_are_those_of_the_cases_it_has(filled: Engine, town: City) -> None:
    """Its open cases, its cases of the period and its share on time, filtered by the agency alone."""
    for one in scores(filled, town, Scope("T1", "30d"), NOW):
        scope = Scope("T1", "30d", filters=(Filter("agency", (one.code,)),))
        wanted = [INDICATORS[key] for key in ("event_open", "event_overdue", "event_reported", *DEFAULT.parts)]
        shown = readings(filled, town, wanted, scope, NOW)
        assert (one.open, one.overdue, one.load) == tuple(
            shown[key].value for key in ("event_open", "event_overdue", "event_reported"))
        for part in one.parts:
            assert part.value == pytest.approx(shown[part.indicator.key].value), part.indicator.key
            assert part.n == shown[part.indicator.key].n


def test_a_score_is_the_weighed_mean_of_its_points_and_the_best_comes_first(filled: Engine, town: City) -> None:
    found = scores(filled, town, Scope("T", "30d"), NOW)
    assert {one.code for one in found} == {"A1", "A2"}
    for one in found:
        weighed = [(part.weight, part.points) for part in one.parts if part.points is not None]
        assert one.composite == pytest.approx(sum(w * p for w, p in weighed) / sum(w for w, _ in weighed))
        assert one.band == DEFAULT.band(one.composite or 0)
    composites = [one.composite or 0.0 for one in found]
    assert composites == sorted(composites, reverse=True)


def test_an_agency_of_few_cases_is_told_without_a_score(filled: Engine, town: City) -> None:
    found = scores(filled, town, Scope("T111", "today"), NOW)
    assert found and all((one.composite, one.band) == (None, None) and one.why is not None for one in found)


# Plain SQL, written apart from the definitions


REPORTED = """
    SELECT count(*)::float8 FROM city_case c
     WHERE (c.reported_at AT TIME ZONE 'America/New_York')::date BETWEEN :first AND :last
       AND c.reported_at <= :now AND c.region_id = ANY(:leaves)"""
ON_TIME = """
    SELECT 100.0 * sum(CASE WHEN closed_at <= due_at THEN 1 ELSE 0 END) / count(*) FROM city_case c
     WHERE date_trunc('day', c.due_at AT TIME ZONE 'America/New_York') >= :first
       AND date_trunc('day', c.due_at AT TIME ZONE 'America/New_York') <= :last
       AND c.due_at < :now AND c.region_id = ANY(:leaves)"""
HOURS = """
    SELECT avg((EXTRACT(EPOCH FROM disposed_at) - EXTRACT(EPOCH FROM dispatched_at)) / 3600.0)
             * count(dispatched_at) / count(*) FROM city_case c
     WHERE (c.disposed_at AT TIME ZONE 'America/New_York')::date >= :first
       AND (c.disposed_at AT TIME ZONE 'America/New_York')::date <= :last AND c.region_id = ANY(:leaves)
       AND c.dispatched_at IS NOT NULL"""


@pytest.mark.parametrize(("key", "statement"), [
    ("event_reported", REPORTED), ("event_closed_on_time", ON_TIME), ("org_hours_to_dispose", HOURS)])
@pytest.mark.parametrize(("period", "first", "last"), [
    ("7d", 4, 10), ("month", 1, 10), ("2026-03-02..2026-03-08", 2, 8), ("2026-03-07..2026-03-08", 7, 8)])
def test_plain_sql_over_the_facts_says_the_same(
    filled: Engine, town: City, key: str, statement: str, period: str, first: int, last: int,
) -> None:
    for region in ("T", "T2", "T12", "T211"):
        leaves = [one.region_id for one in town.regions.values() if one.level == 3 and one.code.startswith(region)]
        with filled.connect() as connection:
            counted = connection.execute(text(statement), {
                "first": datetime(2026, 3, first), "last": datetime(2026, 3, last), "leaves": leaves, "now": NOW}).scalar()
        shown = readings(filled, town, [INDICATORS[key]], Scope(region, period), NOW)[key].value
        assert shown == (None if counted is None else pytest.approx(float(counted))), region


def test_a_period_that_has_ended_shows_what_stood_at_its_end(filled: Engine, town: City) -> None:
    """On the evening of 8 March (midnight is 04:00 UTC, the clock went forward that day), counted by hand."""
    found = readings(filled, town, [INDICATORS["event_open"]], Scope("T", "2026-03-02..2026-03-08"), NOW)["event_open"]
    with filled.connect() as connection:
        stood = connection.execute(text("""
            SELECT count(*) FROM city_case WHERE reported_at <= '2026-03-09 04:00Z'
               AND NOT coalesce(closed_at <= '2026-03-09 04:00Z', false)""")).scalar()
    assert found.value == stood


def test_a_period_that_has_not_begun_is_no_data_and_not_zero(filled: Engine, town: City) -> None:
    found = readings(filled, town, [INDICATORS["event_reported"]], Scope("T", "2026-04-01..2026-04-30"), NOW)["event_reported"]
    assert (found.status, found.value) == ("no_data", None) and found.why is not None and "not begun" in found.why.en


def test_ranks_follow_the_values_of_the_siblings(filled: Engine, town: City) -> None:
    reported = [INDICATORS["event_reported"]]
    places: dict[int, float] = {}
    for region in ("T1", "T2"):
        line = scorecard(filled, town, Scope(region, "30d"), NOW, indicators=reported).lines["event_reported"]
        assert line.rank is not None and line.rank.of == 2 and line.reading.value is not None
        places[line.rank.place] = line.reading.value
        assert ranked(line.reading, []) is None
    assert len(places) == 1 or places[1] < places[2]
