"""Keep programs running: start them, restart what dies, stop them all."""

import ctypes
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)  # seconds before the first, second, … restart
HEALTHY_S = 60.0                            # who ran that long starts over with the first pause
STOP_S = 4.0
PR_SET_PDEATHSIG = 1
TAIL = 40                                   # lines of a log in which its last error is looked for
ERROR = re.compile(r"(Tonglan|[\w.]*(Error|Exception|Unusable|Unavailable)): ")


@dataclass(frozen=True)
class Program:
    """One program to run.

    `ends`: a clean exit means done, so that it is not started again. `after`: it waits until the
    program of that name is done.
    """

    name: str
    command: tuple[str, ...]
    ends: bool = False
    after: str | None = None


@dataclass
class _Run:
    program: Program
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    due: float = field(default_factory=time.monotonic)


class Supervisor:
    """Runs programs until it is told to stop."""

    def __init__(
        self, programs: Sequence[Program], *, logs: Path, environment: dict[str, str], say: Callable[[str], None],
    ) -> None:
        self._runs = [_Run(program, logs / f"{program.name}.log") for program in programs]
        self._environment = environment
        self._say = say
        self._done: set[str | None] = {None}
        logs.mkdir(parents=True, exist_ok=True)
        for run in self._runs:
            _set_aside(run.log)

    def tend(self) -> None:
        """Start what is due, notice what died. Call it about once a second."""
        for run in self._runs:
            if run.process is not None and run.process.poll() is not None:
                self._bury(run, run.process.returncode)
            if run.process is None and run.program.after in self._done and time.monotonic() >= run.due:
                self._start(run)

    def ask(self) -> None:
        """Ask every program to end."""
        for process in self._alive():
            _signal(process, signal.SIGTERM)

    def stop(self) -> None:
        """Ask every program to end, and end those that do not within a few seconds."""
        self.ask()
        deadline = time.monotonic() + STOP_S
        for process in self._alive():
            try:
                process.wait(max(0.05, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
                process.wait()

    def _alive(self) -> list[subprocess.Popen[bytes]]:
        return [run.process for run in self._runs if run.process is not None and run.process.poll() is None]

    def _start(self, run: _Run) -> None:
        with run.log.open("ab") as log:
            run.process = subprocess.Popen(
                run.program.command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                env=self._environment, start_new_session=True, preexec_fn=die_with_parent,
            )
        run.started = time.monotonic()

    def _bury(self, run: _Run, code: int) -> None:
        """Note an ended program, and when it is to run again."""
        run.process = None
        if run.program.ends and code == 0:
            run.due = float("inf")
            self._done.add(run.program.name)
            return
        run.failures = 1 if time.monotonic() - run.started > HEALTHY_S else run.failures + 1
        pause = PAUSES[min(run.failures, len(PAUSES)) - 1]
        run.due = time.monotonic() + pause
        self._say(f"{run.program.name} ended ({_cause(code)}): {last_words(run.log)}")
        self._say(f"  starting it again in {pause:.0f} s; all of it in {run.log}")


def last_words(log: Path) -> str:
    """Why a program ended, as far as its log says: its last error, or else its last line."""
    lines = log.read_text(errors="replace").splitlines()[-TAIL:] if log.exists() else []
    spoken = [line.strip() for line in lines if line.strip()]
    errors = [line for line in spoken if ERROR.match(line)]
    return (errors or spoken or ["it said nothing"])[-1][:200]


def _cause(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _set_aside(log: Path) -> None:
    """Keep the log of the run before, and no older one."""
    if log.exists():
        log.replace(log.with_suffix(".before.log"))


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal the program and all that it started: it leads a process group of its own."""
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        process.poll()


def die_with_parent() -> None:
    """Let the kernel end the program when the supervisor is killed without a chance to do so."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
