"""The private cluster where machines are unkind: killed servers, closed folders, long and strange names, two at once."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from cluster import place, private, tuning

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")


@pytest.fixture
def base() -> Iterator[Path]:
    """A folder that everybody may enter (pytest's own is closed to the server's account), removed with all it points to."""
    folder = Path(tempfile.mkdtemp(prefix="tonglan-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    for link in (path for path in folder.rglob("*") if path.is_symlink()):
        shutil.rmtree(link.resolve(), ignore_errors=True)
    shutil.rmtree(folder)


@pytest.fixture
def var(base: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty `var` of its own; its cluster is stopped afterwards."""
    yield from use(base / "var", monkeypatch)


def use(var: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work in this `var`, and leave no server behind."""
    monkeypatch.setenv("VAR", str(var))
    yield var
    private.stop()


def ask(url: str, statement: str) -> object:
    """One value from the database at the URL."""
    engine = create_engine(url)
    with engine.begin() as connection:
        result = connection.execute(text(statement))
        value = result.scalar() if result.returns_rows else None
    engine.dispose()
    return value


def server_pid(var: Path) -> int:
    return int((place.find(var, "pg").data / "postmaster.pid").read_text().splitlines()[0])


def test_a_started_cluster_keeps_its_rows_and_starting_it_again_changes_nothing(var: Path) -> None:
    url = private.start()
    ask(url, "CREATE TABLE kept AS SELECT 7 AS n")
    pid = server_pid(var)
    assert private.start() == url
    assert server_pid(var) == pid
    assert private.stop()
    assert private.status() is None
    assert ask(private.start(), "SELECT n FROM kept") == 7


def test_it_listens_on_no_network_address(var: Path) -> None:
    assert ask(private.start(), "SHOW listen_addresses") == ""


def test_a_killed_server_is_noticed_and_starts_again_with_its_rows(var: Path) -> None:
    url = private.start()
    ask(url, "CREATE TABLE kept AS SELECT 7 AS n")
    assert not private.crashed()
    os.kill(server_pid(var), signal.SIGKILL)
    wait_for(private.crashed)
    assert ask(private.start(), "SELECT n FROM kept") == 7
    assert not private.crashed()


def test_a_stopped_server_is_not_taken_for_a_crashed_one(var: Path) -> None:
    private.start()
    private.stop()
    assert not private.crashed()


def test_a_pid_file_whose_number_is_another_program_by_now_does_not_hinder_the_start(var: Path) -> None:
    private.start()
    pid_file = place.find(var, "pg").data / "postmaster.pid"
    words = pid_file.read_text()
    private.stop()
    sleeper = subprocess.Popen(["sleep", "60"])
    try:
        pid_file.write_text(words.replace(words.splitlines()[0], str(sleeper.pid), 1))
        place.own(pid_file, place.server_account(place.find(var, "pg").home))
        assert ask(private.start(), "SELECT 1") == 1
    finally:
        sleeper.kill()
        sleeper.wait()


def test_an_interrupted_first_start_is_completed_by_the_next(var: Path) -> None:
    half = place.find(var, "pg").home / "new"
    half.mkdir()
    (half / "PG_VERSION").write_text("half of a folder")
    assert ask(private.start(), "SELECT 1") == 1


@pytest.mark.parametrize("name", ["x" * 120 + "/" + "y" * 120, "a, b's \"$HOME\" `x` %41 城市"], ids=["long", "strange"])
def test_any_folder_name_will_do(base: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for _ in use(base / name / "var", monkeypatch):
        assert ask(private.start(), "SELECT 1") == 1
        socket = place.find(base / name / "var", "pg").socket
        assert len(os.fsencode(socket / place.SOCKET_FILE)) <= place.LONGEST_SOCKET
    shutil.rmtree(socket)


@root_only
def test_a_clone_that_the_servers_account_may_not_enter_keeps_its_data_elsewhere(
    base: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    base.chmod(0o700)
    var = base / "var"
    for _ in use(var, monkeypatch):
        ask(private.start(), "CREATE TABLE kept AS SELECT 7 AS n")
        assert place.ELSEWHERE in (var / "pg").resolve().parents
        private.stop()
        assert ask(private.start(), "SELECT n FROM kept") == 7


@root_only
def test_a_copy_of_such_a_clone_gets_a_database_of_its_own(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base.chmod(0o700)
    for _ in use(base / "var", monkeypatch):
        first = private.start()
        shutil.copytree(base / "var", base / "copy", symlinks=True)
        for _ in use(base / "copy", monkeypatch):
            assert private.start() != first
    monkeypatch.setenv("VAR", str(base / "var"))
    private.stop()


@root_only
def test_other_users_of_the_machine_cannot_reach_it(var: Path) -> None:
    url = private.start()
    here = place.find(var, "pg")
    nobody = place.Account("nobody", 65534, 65534)
    psql = ["psql", "-w", "-h", str(here.socket), "-U", private.ROLE, "-d", private.DATABASE, "-c", "SELECT 1"]
    assert place.run(nobody, psql).returncode != 0
    here.home.chmod(0o755)
    here.socket.chmod(0o777)
    (here.socket / place.SOCKET_FILE).chmod(0o777)
    refused = place.run(nobody, psql)
    assert "Peer authentication failed" in refused.stderr
    assert ask(url, "SELECT 1") == 1


def test_two_clones_run_at_the_same_time(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in use(base / "one", monkeypatch):
        ask(private.start(), "CREATE TABLE mine AS SELECT 1 AS n")
        for _ in use(base / "two", monkeypatch):
            assert ask(private.start(), "SELECT to_regclass('mine')") is None
        monkeypatch.setenv("VAR", str(base / "one"))


def test_borrowers_share_one_disposable_cluster_and_the_last_one_stops_it(var: Path) -> None:
    with private.running("test") as first:
        with private.running("test") as second:
            assert first == second
            ask(first, "CREATE TABLE gone ()")
        assert ask(first, "SELECT 1") == 1
    assert private.status("test") is None
    with private.running("test") as third:
        assert ask(third, "SELECT to_regclass('gone')") is None


def test_the_server_takes_a_quarter_of_the_memory_and_never_more_than_a_gigabyte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    def buffers(memory: int) -> str:
        monkeypatch.setattr(tuning, "memory", lambda: memory)
        return tuning.options(tmp_path, tmp_path, disposable=False)["shared_buffers"]

    assert buffers(2048 * tuning.MB) == "512MB"
    assert buffers(24576 * tuning.MB) == "1024MB"


def wait_for(condition: object, seconds: float = 10) -> None:
    """Wait until the condition holds."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
