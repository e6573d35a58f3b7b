"""Reads a text as the kind of value that an interpretation of SSML's `say-as` names.

Plain text and `say-as` share one reader for each kind of value, so a date, a sum or a telephone number is read alike in
both. An interpretation changes the reading only where the spelling alone leaves it open: "1234" as a `cardinal` is not
a year, and "911" as `digits` is not a number.

A new interpretation is a function in this module and an entry of `SAY_AS`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from ..characters import LAST_LATIN
from . import dates, internet_addresses, pairs, words

_NUMBER = re.compile(r"([-–−+]?) ?(\d[\d, ]*(?:\.\d+)?|\.\d+)")
_RANK = re.compile(r"(\d[\d, ]*)(?:st|nd|rd|th)?", re.IGNORECASE)
_ROMAN_RANK = re.compile(r"([IVXLCDM]+)(?:st|nd|rd|th)?")
_ONLY_DIGITS = re.compile(r"[\d ,.:/()-]+")
_MIXED_FRACTION = re.compile(r"(?:(\d+)[ +-])?(\d{1,9})/(\d{1,9})")
_NUMERIC_DATE = re.compile(r"(\d{1,4})[\W_]+(\d{1,4})(?:[\W_]+(\d{1,4}))?")


def _cardinal(text: str) -> str | None:
    if match := _NUMBER.fullmatch(text):
        return words.number(match[1] + match[2].replace(" ", ""))
    value = words.roman(text)
    return words.cardinal(str(value)) if value else None


def _ordinal(text: str) -> str | None:
    if match := _RANK.fullmatch(text):
        return words.ordinal(match[1])
    match = _ROMAN_RANK.fullmatch(text)
    value = words.roman(match[1]) if match else 0
    return words.ordinal(str(value)) if value else None


def _digits(text: str) -> str | None:
    return words.digits(text) if _ONLY_DIGITS.fullmatch(text) else None


def _fraction(text: str) -> str | None:
    match = _MIXED_FRACTION.fullmatch(text)
    return pairs.mixed(match[1] or "", match[2], match[3]) if match else None


def _telephone(text: str) -> str | None:
    return internet_addresses.read_telephone(text) if any(map(str.isdecimal, text)) else None


def _plain(_: str) -> None:
    """Leave every text to the rules of plain text."""


SAY_AS: dict[str, Callable[[str], str | None]] = {
    "cardinal": _cardinal,
    "ordinal": _ordinal,
    "digits": _digits,
    "fraction": _fraction,
    "telephone": _telephone,
    # `read_as` calls `read_characters` instead, which needs a second function.
    "characters": _plain,
    "currency": _plain,
    "date": _plain,
    "time": _plain,
    "unit": _plain,
}
"""The readers of the interpretations. A reader returns words, or None for a text that is to be read as plain text."""


def read_characters(text: str, plain: Callable[[str], str]) -> str:
    """Read a text character by character.

    Args:
        text: The text, for example "B2".
        plain: Reads a character that is neither a digit nor a Latin letter as plain text is read.
    """
    return " ".join(
        words.digits(c) if c.isdecimal() else c.upper() if c.isalpha() and c <= LAST_LATIN else plain(c)
        for c in unicodedata.normalize("NFC", text)
        if not c.isspace()
    )


def read_ordered_date(text: str, form: str) -> str | None:
    """Read a date that is written in numbers of a given order.

    Args:
        text: The text, for example "05/03/2024".
        form: The order: `dmy`, `mdy`, `ymd`, `dm` or `md`. A letter may be repeated, as in `ddmmyyyy`.

    Returns:
        The words, or None if the text is no date of that form.
    """
    order = re.sub(r"(.)\1+", r"\1", form.lower())
    match = _NUMERIC_DATE.fullmatch(text)
    numbers = [number for number in match.groups() if number] if match else []
    if len(numbers) != len(order) or "".join(sorted(order)) not in ("dm", "dmy"):
        return None
    fields = dict(zip(order, numbers, strict=True))
    return dates.read_date(int(fields["d"]), int(fields["m"]), fields.get("y", ""))
