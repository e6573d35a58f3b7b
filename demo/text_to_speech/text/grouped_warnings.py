"""Warnings of one document: the first few of each kind, then how many more there were.

A document of a million mistakes makes a handful of lines. While the block of a document runs, everything in this
package that warns about a text adds to the same groups:

    with one_document():
        warn(log, "unknown elements", "<audio> is not known here", place="SSML, line 1, column 8")
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

SHOWN = 5  # warnings of one kind that are logged one by one


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
        """Log a warning, or count it where enough of its kind were logged; a message that comes again is one.

        Args:
            log: The logger of the module that warns.
            kind: What such warnings are about, in the plural.
            message: What is wrong, and what is done about it.
            place: Where in the document, or what tells it: that is only asked where the message is logged.
            shown: How many different messages of the kind are logged.
        """
        said = self._shown.setdefault(kind, set())
        if message in said:
            return
        if len(said) < shown:
            said.add(message)
            where = place if isinstance(place, str) else place()
            log.warning("%s%s", f"{where}: " if where else "", message)
        else:
            self._logs[kind] = log
            self._more[kind] += 1

    def finish(self) -> None:
        """Log for each kind how many warnings were counted only."""
        for kind, count in self._more.items():
            self._logs[kind].warning("… and %s more: %s", f"{count:,}", kind)
        self._more.clear()


_document: ContextVar[GroupedWarnings | None] = ContextVar("document", default=None)


@contextmanager
def part_of(warnings: GroupedWarnings) -> Iterator[None]:
    """Let `warn` add to the warnings of a document while the block runs."""
    token = _document.set(warnings)
    try:
        yield
    finally:
        _document.reset(token)


@contextmanager
def one_document() -> Iterator[None]:
    """Group the warnings of the block; a block inside another one's belongs to the same document."""
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
    """Warn about the document that is being read; see `GroupedWarnings.add`."""
    (_document.get() or GroupedWarnings()).add(log, kind, message, place=place, shown=shown)
