"""Plain text becomes a script.

In plain text there are two directions, a pause and phonemes between double brackets:

    Wait for it. [pause 0.5s] Now! Say [[ həlˈoʊ ]].
"""

from __future__ import annotations

import re

from ..errors import InputError
from ..text import check_text
from ..text.grouped_warnings import one_document
from .directions import Pause, parse_time
from .inline_phonemes import with_inline_phonemes
from .script import Block, Piece, Script

PAUSE = re.compile(r"(?<!\[)\[pause +([+-]?[\d.][^\[\]]{0,20})\](?!\])")


def parse_text(text: str) -> Script:
    """Return the script of a plain text, in which "[pause 0.5s]" is a pause and "[[ həlˈoʊ ]]" are phonemes.

    Raises:
        InputError: The text is not a str, or a pause has no unit or is longer than 60 seconds.
    """
    with one_document():
        return read_phonemes(take_pauses(check_text(text)))


def take_pauses(text: str, *, source_start: int = 0) -> Script:
    """Return a script of one block whose pauses are directions, and whose phonemes are not read yet.

    Args:
        text: Plain text, as `check_text` returns it.
        source_start: Offset of the text in a longer one, of which it is a part.

    Raises:
        InputError: A pause has no unit or is longer than 60 seconds; the message has its offset in the longer text.
    """
    spoken: list[str] = []
    pieces: list[Piece] = []
    pauses: list[Pause] = []
    position = length = 0
    for match in PAUSE.finditer(text):
        spoken += [text[position : match.start()], " "]
        pieces.append(Piece(length, position, match.start()))
        length += match.start() - position + 1
        pieces.append(Piece(length - 1, *match.span()))
        try:
            pauses.append(Pause(length, parse_time(match[1].strip())))
        except InputError as error:
            raise InputError(f"{match[0]} at offset {source_start + match.start()}: {error}") from None
        position = match.end()
    pieces.append(Piece(length, position, len(text)))
    spoken.append(text[position:])
    length += len(text) - position
    return Script(
        source=text,
        text="".join(spoken),
        pieces=tuple(pieces),
        blocks=(Block(0, length),),
        directions=tuple(pauses),
        source_start=source_start,
    )


def read_phonemes(script: Script) -> Script:
    """Return a script of plain text whose phonemes between double brackets are readings."""
    return with_inline_phonemes(script, lambda offset: f"offset {offset}")
