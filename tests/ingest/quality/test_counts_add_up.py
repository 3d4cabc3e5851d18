"""Whatever comes, what is counted of it adds up to what became of it."""

import random
from datetime import UTC, datetime, timedelta

from ingest import rollups

NOW = datetime.now(UTC).replace(microsecond=0)


def odd(chance, value, *others):
    """A good value, mostly."""
    return value if chance.random() < 0.85 else chance.choice(others)


def place(chance):
    """A place in the town, mostly."""
    if chance.random() < 0.1:
        return {"region": odd(chance, "T1", "X")}
    return {"lon": odd(chance, chance.random() * 0.08, None, 200.0, 0.0, "west"), "lat": odd(chance, 0.005, None, 50.0, 0.0)}


def row(chance, subject):
    """One row of a subject, good or not."""
    at = (NOW - timedelta(minutes=chance.randrange(200))).isoformat()
    told = odd(chance, at, None, "soon", (NOW + timedelta(days=9)).isoformat(), at[:19])
    name = f"{subject}{chance.randrange(60)}"
    if subject == "cases":
        return {"id": name, "class": odd(chance, "pothole", "none"), "channel": "web", "title": odd(chance, "hole", None),
                "reported_at": told, **place(chance), "steps": odd(chance, None, [{"step": "registered", "at": at}], [3])}
    if subject == "messages":
        return {"id": name, "channel": "phone", "topic": odd(chance, "noise", 7), "occurred_at": told, **place(chance)}
    if subject == "steps":
        return {"case": f"cases{chance.randrange(80)}", "step": odd(chance, "dispatched", "closed", "gone"), "at": told}
    return {"device": odd(chance, chance.choice(["a1", "a2"]), "nobody"), "property": "pm25", "observed_at": told,
            "value": odd(chance, chance.randrange(3), 5000, None)}


def test_what_came_is_what_was_taken_seen_or_rejected_by_every_door_and_in_every_region(sender):
    """Twenty-eight batches of forty rows, a seventh of all cells bad, many rows sent twice."""
    chance = random.Random(4)
    for number in range(28):
        subject = ("cases", "messages", "steps", "observations")[number % 4]
        rows = [row(chance, subject) for _ in range(40)]
        answer = sender.send(subject, rows)
        assert sum(sender.counts(answer)) == 40
    told = sender.rows("""
        SELECT source_id, subject, sum(taken + seen + rejected), sum(seen), sum(rejected), sum(marked)
          FROM batch GROUP BY 1, 2 ORDER BY 1, 2""")
    assert told == sender.rows("""
        SELECT source_id, dataset, sum(came), sum(repeated), sum(rejected), sum(marked)
          FROM arrival GROUP BY 1, 2 ORDER BY 1, 2""")
    assert sender.value("SELECT sum(rejected) FROM arrival") > 200
    assert sender.value("""
        SELECT count(*) FROM arrival
         WHERE LEAST(came - rejected, came - incomplete, came - malformed, came - inaccurate, came - inconsistent,
                     came - repeated, came - rejected - timed, timed - in_time, rejected, incomplete, repeated, in_time) < 0
        """) == 0
    assert rollups.check(sender.engine, sender.city) == []


def test_what_was_seen_before_is_counted_as_repeated(sender):
    before = sender.value("SELECT sum(repeated) FROM arrival")
    answers = [sender.send("messages", [{"id": f"again{n}", "channel": "phone", "topic": "noise", "region": "T1",
                                         "occurred_at": NOW.isoformat()} for n in range(9)]) for _ in range(3)]
    assert [sender.counts(answer) for answer in answers] == [(9, 0, 0), (0, 9, 0), (0, 9, 0)]
    assert sender.value("SELECT sum(repeated) FROM arrival") == before + 18
