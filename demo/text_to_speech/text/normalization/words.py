"""Puts numbers, Roman numerals and letters into words, from which all rules of the normaliser build their readings.

The words come from `hibari.g2p.numbers` (Apache-2.0). Its commas and hyphens are removed, and so is its "and" where the
text is American: "one hundred five", "one hundred and five".
"""

import re

from ..engine import hibari_g2p
from ..languages import is_british
from .measures import FRACTIONS

DIGIT_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

# Signs that may precede a number.
SIGNS = "-–−+"

# Digits of the longest number that is read as a number; longer ones are read digit by digit.
LARGEST = 15

# The same of a number with separators, which shows that it is no code. hibari has names up to decillions.
LARGEST_WITH_SEPARATORS = 36

_LINKS = re.compile(r",? and |, |-")
# British numbers keep their "and": "one hundred and five".
_BRITISH_LINKS = re.compile(", |-")
# "twenty-first" keeps its hyphen: it is one word, and stressed as one.
_LINKS_BUT_HYPHENS = re.compile(r",? and |, ")
_BRITISH_COMMAS = re.compile(", ")
_ROMAN = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def _in_words(form: str, number: int) -> str:
    """Return a number as hibari writes it; `form` names one of its functions: cardinal, ordinal or year."""
    return str(getattr(hibari_g2p().numbers, form)(number))


def _links() -> re.Pattern[str]:
    """Return what the words of a number lose."""
    return _BRITISH_LINKS if is_british() else _LINKS


def parts(written: str) -> tuple[str, str, str]:
    """Split a number: "-1,234.50" into "minus ", "1,234" and "50".

    Returns:
        The word for the sign with a space after it, the whole part ("0" if there is none), and the decimals.
    """
    digits = written.lstrip(SIGNS)
    sign = {"": "", "+": "plus "}.get(written[: len(written) - len(digits)], "minus ")
    whole, _, decimals = digits.partition(".")
    return sign, whole or "0", decimals


def integer(number: str) -> int:
    """Return the value of a whole number, written with or without separators."""
    return int(re.sub(r"\D", "", number))


def cardinal(number: str) -> str:
    """Read a whole number, written with or without separators: "1,234" as "one thousand two hundred thirty four"."""
    digits = re.sub(r"\D", "", number)
    largest = LARGEST_WITH_SEPARATORS if "," in number else LARGEST
    if len(digits) > largest or (len(digits) > 1 and digits[0] == "0"):
        return in_groups(digits)
    return _links().sub(" ", _in_words("cardinal", int(digits)))


def ordinal(number: str) -> str:
    """Read a whole number as a rank: "21" as "twenty-first"."""
    digits = re.sub(r"\D", "", number)
    if len(digits) > LARGEST:
        return in_groups(digits)
    links = _BRITISH_COMMAS if is_british() else _LINKS_BUT_HYPHENS
    return links.sub(" ", _in_words("ordinal", int(digits)))


def year(number: str) -> str:
    """Read a number of up to four digits as a year: "1905" as "nineteen oh five"."""
    if re.fullmatch(r"10[1-9]\d", number):
        return f"ten {cardinal(number[2:])}"
    return _links().sub(" ", _in_words("year", int(number))) if len(number) < 5 else cardinal(number)


def digits(number: str) -> str:
    """Read a number digit by digit."""
    return " ".join(DIGIT_WORDS[int(digit)] for digit in number if digit.isdecimal())


def in_groups(number: str) -> str:
    """Read a number digit by digit, in groups of three with a breath between them."""
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
    """Read a whole number; four digits from 1100 to 2099 without a separator are a year."""
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
    """Return the words of a number with the last of them in the plural."""
    if words.endswith("y"):
        return words[:-1] + "ies"
    return words + ("es" if words.endswith("x") else "s")


def is_one(written: str) -> bool:
    """Tell whether a number takes its noun in the singular."""
    return written.lstrip(SIGNS) in ("1", "1.0")


def roman(numeral: str) -> int:
    """Return the value of a Roman numeral, or 0 if the text is none."""
    if not numeral or not _ROMAN.fullmatch(numeral):
        return 0
    values = [_ROMAN_DIGITS[letter] for letter in numeral]
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))


def letters(text: str) -> str:
    """Return the names of the letters of a text: single capitals, separated by spaces."""
    return " ".join(text.upper())


def code_number(number: str) -> str:
    """Read the number of a room, a flight or the like: "205" as "two oh five"."""
    if len(number) > 3 or number[0] == "0":
        return digits(number) if len(number) <= LARGEST else in_groups(number)
    if len(number) == 3 and number[1:] != "00":
        rest = f"oh {cardinal(number[2])}" if number[1] == "0" else cardinal(number[1:])
        return f"{cardinal(number[0])} {rest}"
    return cardinal(number)
