from pathlib import Path

import numpy as np

from simulate import memory
from simulate.agenda import Agenda, Events
from simulate.memory import Told
from simulate.moments import DAY

EVENT = np.dtype([("at", np.int64), ("case", np.int32)])


def events(*at: int) -> Events:
    made = np.zeros(len(at), EVENT)
    made["at"] = at
    return made


def test_what_was_told_is_known_after_a_restart(tmp_path: Path) -> None:
    past = memory.load(tmp_path / "simulator-7.json")
    past.mark_news(20_000 * DAY)
    past.mark({20_000, 20_001}, 20_001 * DAY + 500)
    again = memory.load(tmp_path / "simulator-7.json")
    assert again.told(20_000) == Told(20_001 * DAY - 1, 20_001 * DAY + 500)
    assert again.told(20_001) == Told(20_001 * DAY + 500, 20_001 * DAY + 500)
    assert again.told(19_999) == Told(19_999 * DAY - 1, 19_999 * DAY - 1)
    assert again.news == 20_000 * DAY
    assert again.known_days() == {20_000, 20_001}


def test_a_broken_file_means_that_nothing_was_told(tmp_path: Path) -> None:
    file = tmp_path / "simulator-7.json"
    file.write_text('{"days": {"2026-03-04": ["2026-')
    assert memory.load(file).known_days() == set()


def test_an_agenda_gives_each_event_once_in_its_time() -> None:
    agenda = Agenda(EVENT)
    agenda.add(events(30, 10))
    agenda.add(events(20, 40))
    assert agenda.take(20)["at"].tolist() == [10, 20]
    assert agenda.take(20)["at"].tolist() == []
    agenda.add(events(5))
    assert agenda.take(30)["at"].tolist() == [5, 30]
    assert len(agenda) == 1
