"""A document that is put together from text without markup of its own: its source is the text itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..script.document import Anchor, Document, DocumentBlock, Emphasis, Kind, Run

_SPACE = re.compile(r"\s")


@dataclass(frozen=True)
class Piece:
    """Characters of a block that are spoken in one way; see `script.document.Run`."""

    text: str
    emphasis: Emphasis = ""
    language: str = ""
    roles: frozenset[str] = frozenset()


class DocumentMaker:
    """Collects the blocks of a document, whose source is their texts one after another."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._length = 0
        self._blocks: list[DocumentBlock] = []

    @property
    def count(self) -> int:
        """How many blocks there are so far."""
        return len(self._blocks)

    def add(
        self,
        kind: Kind,
        text: str | Sequence[Piece],
        *,
        level: int = 0,
        roles: Iterable[str] = (),
        anchors: Iterable[str] = (),
        ends_paragraph: bool = True,
    ) -> None:
        """Append a block; one without text is left out, unless it is a rule.

        Args:
            kind: See `DocumentBlock`.
            text: Its text, or pieces of it.
            level: See `DocumentBlock`.
            roles: See `DocumentBlock`.
            anchors: Names of its beginning.
            ends_paragraph: See `DocumentBlock`.
        """
        pieces = [Piece(text)] if isinstance(text, str) else list(text)
        if kind != "rule" and not any(piece.text.strip() for piece in pieces):
            return
        start = self._length
        runs = []
        for piece in pieces:
            if piece.text:
                spoken = _SPACE.sub(" ", piece.text)
                end = self._length + len(spoken)
                runs.append(Run(spoken, self._length, end, piece.emphasis, piece.language, piece.roles))
                self._append(spoken)
        self._append("\n\n")
        named = tuple(Anchor(name, 0, start) for name in anchors)
        self._blocks.append(DocumentBlock(kind, tuple(runs), level, frozenset(roles), named, ends_paragraph))

    def finish(self, *, title: str = "", language: str = "") -> Document:
        """Return the document."""
        return Document("".join(self._texts), tuple(self._blocks), title, language)

    def _append(self, text: str) -> None:
        self._texts.append(text)
        self._length += len(text)
