"""Numbers in words: what every rule of the normaliser builds its readings from.

The words are those of `hibari.g2p.numbers` (Apache-2.0), without its commas, hyphens and "and": "one hundred five",
as Americans say it.
"""

import re

from ..engine import hibari_g2p
from .measures import FRACTIONS

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SIGNS = "-–−+"  # that stand in front of a number
LARGEST = 15  # digits; longer numbers are read digit by digit, as a reader would

_LINKS = re.compile(r",? and |, |-")
_LINKS_BUT_HYPHENS = re.compile(r",? and |, ")  # "twenty-first" is one word, and stressed as one
_ROMAN = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def _in_words(form: str, number: int) -> str:
    return str(getattr(hibari_g2p().numbers, form)(number))


def parts(written: str) -> tuple[str, str, str]:
    """Take a number apart: "-1,234.50" into "minus ", "1,234" and "50".

    Returns:
        The word of the sign, with a space; the whole part, "0" where none is written; the decimals.
    """
    digits = written.lstrip(SIGNS)
    sign = {"": "", "+": "plus "}.get(written[: len(written) - len(digits)], "minus ")
    whole, _, decimals = digits.partition(".")
    return sign, whole or "0", decimals


def integer(number: str) -> int:
    """Return the value of digits, with or without separators."""
    return int(re.sub(r"\D", "", number))


def cardinal(number: str) -> str:
    """Read a whole number, with or without separators: "1,234" as "one thousand two hundred thirty four"."""
    digits = re.sub(r"\D", "", number)
    if len(digits) > LARGEST or (len(digits) > 1 and digits[0] == "0"):
        return in_groups(digits)
    return _LINKS.sub(" ", _in_words("cardinal", int(digits)))


def ordinal(number: str) -> str:
    """Read a whole number as a rank: "21" as "twenty-first"."""
    digits = re.sub(r"\D", "", number)
    if len(digits) > LARGEST:
        return in_groups(digits)
    return _LINKS_BUT_HYPHENS.sub(" ", _in_words("ordinal", int(digits)))


def year(number: str) -> str:
    """Read up to four digits as a year: "1905" as "nineteen oh five"."""
    if re.fullmatch(r"10[1-9]\d", number):
        return f"ten {cardinal(number[2:])}"
    return _LINKS.sub(" ", _in_words("year", int(number))) if len(number) < 5 else cardinal(number)


def digits(number: str) -> str:
    """Read each digit by itself."""
    return " ".join(DIGITS[int(digit)] for digit in number if digit.isdecimal())


def in_groups(number: str) -> str:
    """Read digits one by one in groups of three, with a breath between the groups."""
    if len(number) < 5:
        return digits(number)
    return ", ".join(digits(number[start : start + 3]) for start in range(0, len(number), 3))


def number(written: str) -> str:
    """Read a number with an optional sign, separators and decimals: "-1,234.50"."""
    sign, whole, decimals = parts(written)
    if not decimals:
        return sign + cardinal(whole)
    spelt = digits(decimals) if len(decimals) <= LARGEST else in_groups(decimals)
    before = "" if written.lstrip(SIGNS).startswith(".") else f"{cardinal(whole)} "
    return f"{sign}{before}point {spelt}"


def spoken_integer(written: str) -> str:
    """Read four digits without a separator as people say them: as a year, or as a count of thousands."""
    if len(written) == 4 and written.isdecimal() and (written[:2] in {"20", *map(str, range(11, 20))}):
        return year(written)
    return number(written)


def fraction(above: str, below: str) -> str:
    """Read "3/4" as "three quarters"."""
    top, bottom = int(above), int(below)
    if bottom in FRACTIONS:
        name = FRACTIONS[bottom][top != 1]
    elif bottom in (0, 1):
        return f"{cardinal(above)} over {cardinal(below)}"
    else:
        name = ordinal(below) + ("s" if top != 1 else "")
    return f"{cardinal(above)} {name}"


def decade(number: str) -> str:
    """Read "1990" in "1990s" as "nineteen nineties"."""
    return plural(year(number) if len(number) == 4 else cardinal(number))


def plural(words: str) -> str:
    """Put the last word of a number into the plural."""
    if words.endswith("y"):
        return words[:-1] + "ies"
    return words + ("es" if words.endswith("x") else "s")


def count(written: str) -> bool:
    """Tell whether a number wants its noun in the singular."""
    return written.lstrip(SIGNS) in ("1", "1.0")


def roman(numeral: str) -> int:
    """Return the value of a Roman numeral, 0 if it is none."""
    if not numeral or not _ROMAN.fullmatch(numeral):
        return 0
    values = [_ROMAN_DIGITS[letter] for letter in numeral]
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))


def letters(text: str) -> str:
    """Read letters by their names: single capitals."""
    return " ".join(text.upper())


def code_number(number: str) -> str:
    """Read the digits of a code, a room or a flight."""
    if len(number) > 3 or number[0] == "0":
        return digits(number) if len(number) <= LARGEST else in_groups(number)
    if len(number) == 3 and number[1:] != "00":
        rest = f"oh {cardinal(number[2])}" if number[1] == "0" else cardinal(number[1:])
        return f"{cardinal(number[0])} {rest}"
    return cardinal(number)
