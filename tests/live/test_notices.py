"""What the database calls out is heard; a lost line is an error and no silence."""

import pytest
from sqlalchemy import Engine, text

from data_access.engine import DataUnavailable
from data_access.notices import EVERYTHING, Notice, listen


def say(engine: Engine, *payloads: str) -> None:
    with engine.begin() as connection:
        for payload in payloads:
            connection.execute(text("SELECT pg_notify('tonglan', :payload)"), {"payload": payload})


def test_what_a_transaction_changed_is_heard_without_its_details_and_where_when_that_is_told(engine: Engine) -> None:
    line = listen(engine, 5)
    assert next(line) == ()
    say(engine, '{"subjects": ["case", "observation:pm25"], "batch": 7, "regions": [8, 9]}', '{"subjects": ["message"]}')
    assert next(line) == (Notice(frozenset({"case", "observation"}), frozenset({8, 9})), Notice(frozenset({"message"})))
    line.close()


def test_a_notice_that_cannot_be_read_means_that_anything_may_have_changed(engine: Engine) -> None:
    line = listen(engine, 5)
    next(line)
    for unreadable in ("something happened", "[]", '{"subjects": ["case"], "regions": ["here"]}'):
        say(engine, unreadable)
        assert next(line) == (Notice(frozenset({EVERYTHING})),)
    line.close()


def test_without_news_the_line_proves_that_it_is_alive(engine: Engine) -> None:
    line = listen(engine, 0.05)
    next(line)
    assert next(line) == ()
    assert next(line) == ()
    line.close()


def test_a_line_whose_server_ends_it_is_an_error(engine: Engine) -> None:
    line = listen(engine, 0.05)
    next(line)
    with engine.begin() as connection:
        connection.execute(text("""
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()"""))
    with pytest.raises(DataUnavailable):
        for _ in range(3):
            next(line)
