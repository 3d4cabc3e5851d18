"""Whatever cannot be done is refused in one line with exit code 2, and no password is ever shown."""

import socket

import pytest
from sqlalchemy import make_url

import cli
from data_access.city import City


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run the command; its one line on stderr."""
    assert cli.main(list(arguments)) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("Tonglan: ")
    assert said.err.count("\n") == 1
    return said.err


def free_port() -> str:
    """A port that nobody listens on."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return str(unused.getsockname()[1])


@pytest.mark.parametrize("url", ["mysql://root@localhost/city", "not an address", "postgresql://u@host:port/x"])
def test_an_address_of_another_form_is_refused(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert "postgresql://user:password@host/name" in refused(capsys, "db", "migrate")


def test_an_unreachable_server_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    port = free_port()
    monkeypatch.setenv("DATABASE_URL", f"postgresql://clerk:geheim@127.0.0.1:{port}/city")
    said = refused(capsys, "db", "migrate")
    assert f"127.0.0.1:{port}" in said
    assert "refused" in said
    assert "geheim" not in said


def test_a_missing_database_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], database_url: str,
) -> None:
    missing = make_url(database_url).set(database="atlantis").render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", missing)
    monkeypatch.setenv("PORT", free_port())  # a screen may be running on the usual one
    assert 'database "atlantis" does not exist' in refused(capsys, "serve")


def test_migrating_an_up_to_date_database_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], database_url: str, town: City,
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert cli.main(["db", "migrate"]) == 0
    assert capsys.readouterr().out == "The schema is up to date.\n"


def test_the_address_is_printed_as_psql_takes_it(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://clerk@db.example/city")
    assert cli.main(["db", "url"]) == 0
    assert capsys.readouterr().out == "postgresql://clerk@db.example/city\n"


def test_the_private_server_is_left_alone_when_another_one_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://clerk@db.example/city")
    assert "the private one is not used" in refused(capsys, "db", "start")


def test_an_unknown_pack_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert "no city pack 'atlantis', only guiyang, newyork" in refused(capsys, "load", "--pack", "atlantis")


def test_a_setting_that_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PORT", "eighty")
    assert "PORT: Input should be a valid integer" in refused(capsys, "serve")


def test_a_port_that_no_machine_has_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """0 would be any port, and nobody would know which."""
    monkeypatch.setenv("PORT", "0")
    assert "PORT: Input should be greater than or equal to 1" in refused(capsys, "serve")


def test_a_list_that_cannot_be_read_is_told_in_plain_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("WALL_TOKENS", "short")
    assert "Tonglan: WALL_TOKENS: entry 1 must be WALL:REGION:TOKEN" in refused(capsys, "serve")


def test_a_taken_port_is_refused_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        assert "set PORT to another" in refused(capsys, "serve")


def test_stopping_what_does_not_run_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: str,
) -> None:
    monkeypatch.setenv("VAR", str(tmp_path))
    assert cli.main(["stop"]) == 0
    assert capsys.readouterr().out == "Nothing is running.\n"


def test_an_option_that_only_the_simulator_knows_is_refused_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["stop", "--days", "3"])
    assert left.value.code == 2
    assert "unknown: --days 3" in capsys.readouterr().err
