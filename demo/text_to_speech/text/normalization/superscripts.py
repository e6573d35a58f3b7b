"""Reads exponents, and leaves out the marks of footnotes, which are written in the same small figures.

A mark of a footnote is silent: a listener cannot look it up.
"""

import re

from . import words
from .amounts import PER_PART, UNIT, read_per
from .measures import POWERS, UNITS
from .rules import Context, Rule, alternatives, text_before
from .tables import ABBREVIATIONS, BEFORE_NUMBERS

_FIGURES = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_TO_DIGITS = str.maketrans(f"{_FIGURES}⁻", "0123456789-")
_EXPONENT = rf"⁻?[{_FIGURES}]+"
_AREA_UNITS = alternatives(("km", "cm", "mm", "dm", "m", "ft", "mi", "in", "yd", "nm", "µm"))

# What is raised to a power although it has several letters.
_FUNCTION = re.compile(
    r"(?:sin|cos|tan|cot|sec|csc|log|ln|sinh|cosh|tanh|det|var|chi|mc|xy|ab|dx|dt|dy)$", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_]+$")
_WORDS_IN_BRACKETS = re.compile(r"\([a-zA-Z ]*[a-z]{3} [a-zA-Z ]*[a-z]{3}\)$|\([a-z]{4,}\)$")


def _superscript(match: re.Match[str], _: Context) -> str | None:
    """Read an exponent, or nothing for the mark of a footnote.

    A mark follows a word of three letters or more, a stop, a quotation mark, a bracket with words, or another mark. A
    power follows a number, a variable, another bracket or a unit. "¹" after a number is a mark: nothing is raised to
    the power of one.
    """
    before = text_before(match, 30)
    if _is_footnote(before, match["exponent"]):
        return ""
    return _power(match["exponent"], before) + _unit(match)


def _is_footnote(before: str, exponent: str) -> bool:
    if not before or exponent.startswith("⁻"):
        return False
    if re.search(r"\d(?:st|nd|rd|th)$", before):
        return True
    if re.search(r"\([^()]*[a-z]{3}[^()]*\)$", before):
        # A bracket with words is no factor.
        return True
    word = _WORD.search(before)
    if word:
        return len(word[0]) > 2 and not _FUNCTION.match(word[0])
    if exponent == "¹":
        return before[-1] not in " (=+-−*/"
    if _WORDS_IN_BRACKETS.search(before):
        return True
    return before[-1] in ".,;:!?”’'\"" or bool(
        re.search(rf"[{_FIGURES}][,–-]? ?$|[a-z.,”]\0+[,–-]?$", before)
    )


def _power(exponent: str, before: str) -> str:
    """Read an exponent: "squared", "cubed", "to the power of five"."""
    exponent = exponent.translate(_TO_DIGITS)
    if exponent in ("2", "3") and re.search(r"[\w)\0]$", before):
        return "squared" if exponent == "2" else "cubed"
    return f"to the power of {words.number(exponent)}" if exponent.strip("-") else "minus"


def _unit(match: re.Match[str]) -> str:
    """Read the unit after a power: "10⁻³ m"."""
    unit = match.groupdict().get("unit")
    return f" {UNITS[unit][1]}{read_per(match['per'])}" if unit else ""


def _caret(match: re.Match[str], _: Context) -> str:
    """Read "^5"."""
    return _power(match["exponent"], text_before(match, 1))


def _isotope(match: re.Match[str], _: Context) -> str:
    """Read the mass number of "²³⁵U"."""
    return words.code_number(match["it"].translate(_TO_DIGITS))


def _row_of_marks(_: re.Match[str], __: Context) -> str:
    """Leave out "¹,²" and "¹⁻³" after a word."""
    return ""


def _unit_alone(match: re.Match[str], _: Context) -> str:
    """Read "km²" without a number: in the plural, but in the singular after "per" and "a"."""
    is_singular = text_before(match, 5).endswith(("per ", " a ", "each ", "/"))
    return (
        POWERS[match["power"]]
        + UNITS["in." if match["unit"] == "in" else match["unit"]][0 if is_singular else 1]
    )


def _glued_mark(match: re.Match[str], context: Context) -> str | None:
    """Leave out the "1" of "the footnote.1 And", where a word of the dictionary or a year stands before the stop."""
    word = match["word"]
    if not word or word.isdecimal():
        return ""
    if word in BEFORE_NUMBERS or f"{word}." in ABBREVIATIONS:
        # "fig.3 The" has lost its space.
        return None
    return (
        ""
        if context.is_word(word) or context.is_word(word.lower()) or word.endswith(("s", "ed", "ing"))
        else None
    )


# Words after the figure of "results,4 which were" that begin a clause: the figure counts nothing.
_CLAUSE = (
    r"(?:but|which|who|whose|although|though|while|whereas|where|when|because|since|if|it|this|that|they|he|she|we"
    r"|however|including)"
)

# Applied before the dates and quantities, which would read "1999.5" and "end.12".
EARLY_RULES = (
    Rule(
        r"(?:\b(?P<word>[^\W\d_]{3,}|(?:1[5-9]|20)\d\d)|[”’)])[.!?][”’)]?(?P<it>[1-9]\d{0,2}(?:[,–-] ?[1-9]\d{0,2})*)"
        r"(?=\s+[“(]?[A-Z]|\s*$)",
        _glued_mark,
        ".!?",
    ),
    Rule(r"(?<=[\w,][.!?]”|\w[!?.]’|[a-z]”[.,])(?P<word>)(?P<it>[1-9]\d{0,2})(?=\s|$)", _glued_mark, "”’"),
    Rule(
        rf"(?<![\w,;:])(?P<word>[^\W\d_]{{3,}})[,;] ?(?P<it>(?<! )[1-9]\d?(?:,[1-9]\d?)*)(?= {_CLAUSE}\b)",
        _glued_mark,
        ",;:",
    ),
)

RULES = (
    Rule(rf"(?<![\w)])(?P<it>[{_FIGURES}]{{1,3}})(?=[A-Z][a-z]?(?![a-z]))", _isotope, _FIGURES),
    Rule(
        rf"(?:(?<=[^\W\d_]{{3}})|(?<=[.,;:!?”]))[{_FIGURES}]+(?:[,–⁻-] ?[{_FIGURES}]+)+",
        _row_of_marks,
        _FIGURES,
    ),
    Rule(rf"(?<![\w./\0])(?P<unit>{_AREA_UNITS})(?P<power>[²³])(?!\w)", _unit_alone, "²³"),
    Rule(
        rf"(?P<exponent>{_EXPONENT})(?:(?<=[{_FIGURES}]) ?(?P<unit>{UNIT})(?!\w){PER_PART})?",
        _superscript,
        _FIGURES,
    ),
    Rule(r"(?<=[\w)\0])\^(?P<exponent>-?\d+)", _caret, "^"),
)
