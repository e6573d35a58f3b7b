"""What becomes of tasks, and why some have no result; shared by worker processes and actors of Ray."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from ..errors import InputError, SpeechError
from .manifest import StaleRunError

T = TypeVar("T")
R = TypeVar("R")

logger = logging.getLogger(__name__)

# The disk is full, the user's share of it is, it is read-only, broken, or gone.
_STORAGE = {
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EROFS", "EIO", "ENODEV", "ESTALE")
    if hasattr(errno, name)
}


Kind = Literal["input", "storage", "failed", "died"]


@dataclass(frozen=True)
class Failure:
    """Why a task has no result.

    Attributes:
        reason: One line.
        kind: `input` for a task that would be refused again; `storage` where no other result could be stored either,
            because the disk is full or read-only; `died` for the death of the worker; `failed` for everything else.
    """

    reason: str
    kind: Kind = "failed"

    @property
    def is_final(self) -> bool:
        """Whether another try would end in the same way."""
        return self.kind in ("input", "storage")


@dataclass(frozen=True)
class Outcome(Generic[T, R]):
    """What became of a task.

    Attributes:
        task: The task.
        result: What the worker returned; None after a failure.
        failure: Why there is no result; None if there is one.
        tries: How often it was tried.
    """

    task: T
    result: R | None = None
    failure: Failure | None = None
    tries: int = 1


@dataclass(frozen=True)
class Ready:
    """A worker's first message."""


@dataclass(frozen=True)
class Result:
    """A worker's message that a task is done."""

    value: Any


def answer(function: Callable[[T], Any], task: T) -> Result | Failure:
    """Work on a task, and return its result or why there is none."""
    try:
        return Result(function(task))
    except Exception as error:
        return failure_of(error)


def failure_of(error: Exception) -> Failure:
    """Return the failure that an exception means. After a MemoryError a new process is better than this one."""
    if isinstance(error, MemoryError):
        return Failure("there was not enough memory", "died")
    if isinstance(error, InputError):
        return Failure(one_line(error), "input")
    if isinstance(error, OSError) and _is_of_the_storage(error):
        return Failure(one_line(error), "storage")
    if isinstance(error, SpeechError):
        return Failure(one_line(error))
    logger.debug("a task failed", exc_info=error)
    return Failure(f"{type(error).__name__}: {one_line(error)}".removesuffix(": "))


def _is_of_the_storage(error: BaseException | None) -> bool:
    """Tell whether an error, or what it was made from, would meet every other file too."""
    while error is not None:
        if isinstance(error, StaleRunError) or (isinstance(error, OSError) and error.errno in _STORAGE):
            return True
        error = error.__cause__
    return False


def one_line(error: BaseException) -> str:
    """Return a message without line breaks, not too long."""
    return " ".join(str(error).split())[:1000]
