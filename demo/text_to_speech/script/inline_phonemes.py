"""Phonemes between double brackets, in plain text and in SSML, become readings of a script."""

from __future__ import annotations

import bisect
import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from ..text import Reading
from ..text.grouped_warnings import warn
from ..text.pronunciations import find_inline_phonemes
from .script import Alias, Script

logger = logging.getLogger(__name__)


def with_inline_phonemes(script: Script, name_offset: Callable[[int], str]) -> Script:
    """Return a script in which phonemes between double brackets are readings like those of SSML elements.

    Of two readings of the same characters the outer one counts: brackets in an element are part of the text that the
    element reads, and an element between brackets is part of the phonemes. Where they cross, the element counts.

    Args:
        script: The script, with the readings of its elements.
        name_offset: Returns how a warning names an offset of the source.
    """

    def name(offset: int) -> str:
        return name_offset(script.span(offset, offset + 1)[0])

    elements: list[Reading | Alias] = [*script.readings, *script.aliases]
    elements.sort(key=lambda element: element.start)
    ends = [element.end for element in elements]
    kept: list[Reading] = []
    dropped: set[Reading | Alias] = set()
    for inline in find_inline_phonemes(script.text, place=name):
        first = bisect.bisect_right(ends, inline.start)
        stop = bisect.bisect_left(elements, inline.end, first, key=lambda element: element.start)
        inside = elements[first:stop]
        written = " ".join(script.text[inline.start : inline.end][:60].split())
        if not _is_in_one_block(script, inline):
            message = f"a paragraph or sentence ends in {written}, which is read as text"
        elif inside and not all(_is_outer(inline, element) for element in inside):
            message = f"{written} in an element that is read otherwise: the element counts"
        else:
            kept.append(inline)
            dropped.update(inside)
            if not inside:
                continue
            message = f"an element in {written}: the phonemes count"
        warn(logger, "readings inside of others", message, place=partial(name, inline.start))
    readings = [*kept, *(reading for reading in script.readings if reading not in dropped)]
    readings.sort(key=lambda reading: reading.start)
    aliases = [alias for alias in script.aliases if alias not in dropped]
    return replace(script, readings=tuple(readings), aliases=tuple(aliases))


def _is_in_one_block(script: Script, span: Reading) -> bool:
    """Tell whether a reading lies in one block."""
    index = bisect.bisect_right(script.blocks, span.start, key=lambda block: block.start) - 1
    return index >= 0 and span.end <= script.blocks[index].end


def _is_outer(one: Reading, other: Reading | Alias) -> bool:
    """Tell whether a reading has all the characters of another one, and more."""
    contains = one.start <= other.start and other.end <= one.end
    return contains and (one.start, one.end) != (other.start, other.end)
