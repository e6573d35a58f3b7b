"""Joins words that were broken at the end of a line: "emo- tional" where the line end has become a space."""

import re

from .capitals import is_word_or_form
from .rules import Context, Rule

# "pre- and post-war": the hyphen stands for the rest of a word that follows later.
_LINKS = frozenset(["and", "or", "to", "nor", "but", "versus", "vs", "through", "as", "und"])


def _joined(match: re.Match[str], context: Context) -> str | None:
    """Join two parts if they are a word together, or if the second is no word by itself."""
    first, second = match["first"], match["second"]
    if second in _LINKS:
        return None
    whole = first + second
    end = match["s"] or ""
    if is_word_or_form(whole, context) or is_word_or_form(whole.lower(), context):
        return whole + end
    is_name = context.is_word(whole.capitalize())
    return whole + end if is_name or not (is_word_or_form(second, context) or len(second) < 3) else None


RULES = (
    Rule(
        r"(?<![^\W_])(?P<first>[^\W\d_]{1,20})- +(?P<second>[^\W\d_]{1,20})(?P<s>['’]s)?"
        r"(?![^\W_]|['’])(?<=[a-zß-ÿ])",
        _joined,
        "-",
    ),
)
