"""Checks the readings that a caller gives for spans of a text, and keeps these spans apart from other text."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from ..errors import InputError
from .characters import ReadableText, check_text, make_readable, warn_about
from .latex import find_formulas
from .normalization import Reading
from .traced import TracedText

GIVEN = "\ue000"
"""The placeholder of a span that the caller reads.

It is a private-use character. `characters.make_readable` removes such characters, so a readable text has only those
that `make_rest_readable` inserts.
"""

_SHRUG = re.compile(r"¯\\?_*[(（]ツ[)）]_*/¯")


def in_order(readings: Sequence[Reading], length: int) -> list[Reading]:
    """Return the readings of a text in their order.

    Args:
        readings: The readings in any order.
        length: Characters of the text.

    Raises:
        InputError: A reading is empty or outside of the text, or overlaps another one.
    """
    ordered = sorted(readings, key=lambda reading: reading.start)
    for reading in ordered:
        if not 0 <= reading.start < reading.end <= length:
            raise InputError(
                f"reading of the characters {reading.start} to {reading.end}:"
                f" expected at least one of the {length} characters of the text"
            )
        if not (reading.spoken.strip() or reading.phonemes):
            raise InputError(
                f"reading of the characters {reading.start} to {reading.end}: expected words or phonemes, got neither"
            )
    for one, other in itertools.pairwise(ordered):
        if other.start < one.end:
            raise InputError(
                f"reading of the characters {other.start} to {other.end} overlaps that of {one.start} to {one.end}:"
                " expected each character in one reading at most"
            )
    return ordered


def with_formulas(text: str, given: Sequence[Reading]) -> list[Reading]:
    """Return the caller's readings and those of the formulas and drawn faces that none of them touches, in order.

    They are found in the text as it is written, because a readable text has neither braces nor other alphabets.

    Args:
        text: The text, as `characters.check_text` returned it.
        given: The caller's readings in their order.
    """
    found = [
        *find_formulas(text),
        *(Reading(*match.span(), spoken="shrug") for match in _SHRUG.finditer(text)),
    ]
    if not found:
        return list(given)
    taken = bytearray(len(text))
    for reading in given:
        taken[reading.start : reading.end] = b"1" * (reading.end - reading.start)
    free = [reading for reading in found if not any(taken[reading.start : reading.end])]
    return sorted([*given, *free], key=lambda reading: reading.start)


def make_rest_readable(text: str, given: Sequence[Reading]) -> ReadableText:
    """Return a readable text in which each span that the caller reads is replaced by `GIVEN`.

    Args:
        text: The text, as `characters.check_text` returned it.
        given: The readings in their order.
    """
    whole = TracedText.of(text)
    if not given:
        return make_readable(whole)
    result = ReadableText(whole)
    pieces = []
    position = 0
    for reading in [*given, None]:
        piece = make_readable(whole[position : reading.start if reading else len(text)])
        pieces.append(piece.text)
        result.transliterated += piece.transliterated
        result.unspoken |= piece.unspoken
        if reading:
            pieces.append(TracedText.with_span(GIVEN, reading.start, reading.end))
            position = reading.end
    result.text = TracedText.join(pieces)
    return result


def at_placeholders(readable: str, given: Sequence[Reading]) -> list[Reading]:
    """Return the readings with the offsets of their placeholders and with readable words.

    Args:
        readable: The text that `make_rest_readable` returned.
        given: The readings in their order, one per placeholder.
    """
    offsets = (offset for offset, character in enumerate(readable) if character == GIVEN)
    return [
        Reading(offset, offset + 1, _readable_words(reading.spoken), reading.phonemes)
        for offset, reading in zip(offsets, given, strict=True)
    ]


def _readable_words(spoken: str) -> str:
    if not spoken:
        return ""
    readable = make_readable(TracedText.of(check_text(spoken)))
    warn_about(readable)
    return readable.text.text
