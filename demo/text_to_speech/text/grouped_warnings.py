"""Logs the first warnings of each kind about a document, and then how many more there were.

A document with a million mistakes makes a handful of lines. While the block of a document runs, every module of this
package that warns about a text adds to the same groups:

    with one_document():
        warn(logger, "unknown elements", "<audio> is not known here", place="SSML, line 1, column 8")
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

SHOWN = 5
"""The number of warnings of one kind that are logged one by one."""


class GroupedWarnings:
    """The warnings of one document."""

    def __init__(self) -> None:
        self._shown: dict[str, set[str]] = {}
        self._more: Counter[str] = Counter()
        self._logs: dict[str, logging.Logger] = {}

    def add(
        self,
        log: logging.Logger,
        kind: str,
        message: str,
        *,
        place: str | Callable[[], str] = "",
        shown: int = SHOWN,
    ) -> None:
        """Log a warning, or count it if enough warnings of its kind were logged.

        A message that was logged before is neither logged nor counted.

        Args:
            log: The logger of the module that warns.
            kind: What the warnings of this kind are about, in the plural.
            message: What is wrong, and what is done about it.
            place: Where it is in the document, or a function that returns it. The function is called only if the
                message is logged.
            shown: The number of different messages of the kind that are logged.
        """
        logged = self._shown.setdefault(kind, set())
        if message in logged:
            return
        if len(logged) < shown:
            logged.add(message)
            where = place if isinstance(place, str) else place()
            log.warning("%s%s", f"{where}: " if where else "", message)
        else:
            self._logs[kind] = log
            self._more[kind] += 1

    def finish(self) -> None:
        """Log for each kind how many warnings were counted and not logged."""
        for kind, count in self._more.items():
            self._logs[kind].warning("… and %s more: %s", f"{count:,}", kind)
        self._more.clear()


_document: ContextVar[GroupedWarnings | None] = ContextVar("document", default=None)


@contextmanager
def part_of(warnings: GroupedWarnings) -> Iterator[None]:
    """Make `warn` add to the warnings of a document while the block runs."""
    token = _document.set(warnings)
    try:
        yield
    finally:
        _document.reset(token)


@contextmanager
def one_document() -> Iterator[None]:
    """Group the warnings of the block. A nested block belongs to the document of the outer one."""
    if _document.get() is not None:
        yield
        return
    warnings = GroupedWarnings()
    with part_of(warnings):
        yield
    warnings.finish()


def warn(
    log: logging.Logger, kind: str, message: str, *, place: str | Callable[[], str] = "", shown: int = SHOWN
) -> None:
    """Warn about the current document; see `GroupedWarnings.add`."""
    (_document.get() or GroupedWarnings()).add(log, kind, message, place=place, shown=shown)
