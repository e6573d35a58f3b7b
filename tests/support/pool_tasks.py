"""What the workers of the pool's tests do: functions that a spawned process can import."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from text_to_speech.errors import DeviceError, InputError, OutputError


def prepare(folder: str = "") -> Any:
    """Prepare a worker whose tasks are tuples: a verb and what it needs."""
    if folder:
        (Path(folder) / f"worker-{os.getpid()}").touch()
    return lambda task: VERBS[task[0]](*task[1:])


def never_prepare() -> Any:
    raise DeviceError("the device is not there")


def die_while_preparing() -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def double(value: int) -> int:
    return 2 * value


def die(times: int, file: str) -> int:
    """Kill this process until the file says that it was killed so often."""
    before = _count(file)
    if before < times:
        os.kill(os.getpid(), signal.SIGKILL)
    return before


def need_memory(times: int, file: str) -> int:
    before = _count(file)
    if before < times:
        raise MemoryError
    return before


def fail(times: int, file: str) -> int:
    before = _count(file)
    if before < times:
        raise RuntimeError("it\nfailed")
    return before


def refuse(kind: str) -> None:
    if kind == "input":
        raise InputError("no")
    try:
        raise OSError(28, "No space left on device")
    except OSError as error:
        raise OutputError("no") from error


def sleep(seconds: float, value: str = "") -> str:
    time.sleep(seconds)
    return value


def touch_after(seconds: float, begun: str, done: str) -> str:
    Path(begun).touch()
    time.sleep(seconds)
    Path(done).touch()
    return done


def give_what_cannot_be_sent() -> Any:
    return lambda: None


def tell_environment(name: str) -> str:
    return os.environ.get(name, "")


def _count(file: str) -> int:
    with Path(file).open("a+") as counter:
        counter.write("x")
        counter.seek(0)
        return len(counter.read()) - 1


VERBS = {
    function.__name__: function
    for function in (
        double,
        die,
        need_memory,
        fail,
        refuse,
        sleep,
        touch_after,
        give_what_cannot_be_sent,
        tell_environment,
    )
}
