"""The two kinds of English that the front end reads, and the one in which a text is being read.

The rules of the normaliser that differ (the order of a date, "half past") ask `is_british`. It is a context variable,
so that the words of a number need not be handed the language through every rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ..errors import InputError

AMERICAN = "en-US"
BRITISH = "en-GB"

# Regions whose English is spelt and pronounced after the British kind. Other regions, and no region, are American.
_BRITISH_REGIONS = frozenset(("gb", "uk", "ie", "au", "nz", "za", "in"))

_language: ContextVar[str] = ContextVar("language", default=AMERICAN)


def english(tag: str) -> str:
    """Return the kind of English that a BCP 47 tag asks for: `AMERICAN` or `BRITISH`.

    Args:
        tag: A tag such as "en", "en-GB" or "en_AU".

    Raises:
        InputError: The tag is of another language.

    Example:
        english("en-au")  # "en-GB"
    """
    language, *subtags = str(tag).strip().lower().replace("_", "-").split("-")
    if language != "en":
        raise InputError(
            f"language {str(tag)[:40]!r}: there are dictionaries for English: expected en-US or en-GB"
        )
    return BRITISH if _BRITISH_REGIONS.intersection(subtags) else AMERICAN


def is_british() -> bool:
    """Tell whether the text that is being read is British."""
    return _language.get() == BRITISH


@contextmanager
def reading_in(language: str) -> Iterator[None]:
    """Read texts in a kind of English for the time of a block."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)
