"""Writes numbers as Americans do whose separators are those of other countries.

    1.234,56  1.234.567  1'000'000  1,23,456  1 234,50  12,5 percent  0,75  €3,50  €1.250  €3.499,-

What has one form only is decided by the form. "12,5" may be two numbers of a list without a space; it is one unless a
plural ("pages 12,15"), a third number or "and" makes it a list. "12.500" is a decimal as Americans write it, unless
euros, or people and other things that have no thousandths, are counted.
"""

import re

from .traced import TracedText

_EURO = r"(?:€|EUR\b|euros?\b|Euros?\b|CHF\b|DKK\b|kr\b)"
_WHOLE = (
    r"(?:people|persons|inhabitants|residents|visitors|members|students|workers|employees|soldiers|voters|copies"
    r"|units"
    r"|cars|homes|jobs|users|pieces|books|votes|fans|spectators|children|women|men|tourists|passengers|households)"
)
_UNIT = (
    r"(?:[€£$%‰°]|(?:EUR|percent|million|billion|euros?|[kcm]?m[²³]?|[mk]?g|[mcd]?l|km/h|h|Hz|kHz|MHz|GHz|k?W|kWh|V"
    r"|MB|GB|TB|lit(?:er|re)s?|met(?:er|re)s?|kilo\w*|seconds?|minutes?|hours?|years?|degrees|points|inches|tons"
    r"|tonnes"
    r"|miles|feet|times)\b)"
)
_FOREIGN_NUMBER = re.compile(
    r"(?<![\w.,])(?:"
    # 1.234,56  1.234,-  1.234.567
    r"\d{1,3}(?:\.\d{3})+(?:,\d{1,3}(?!\d)|[.,][–—-]{1,2}(?!\w))|\d{1,3}(?:\.\d{3}){2,}"
    # 1'000'000  12'500.-
    r"|\d{1,3}(?:'\d{3})+(?:[.,][–—-]{1,2}(?!\w)|\.\d{1,2}(?!\d))?"
    # 1,23,456
    r"|\d{1,2}(?:,\d\d)+,\d{3}"
    # 1 234,50
    r"|\d{1,3}(?: \d{3})+,\d{1,2}"
    # 1 250 000 kg
    rf"|\d{{1,3}}(?: \d{{3}})+(?= {_UNIT})"
    # €3,50  €12,-  €1.250
    rf"|(?<=[€£$₹])(?:\d+,\d\d|\d+,[–—-]{{1,2}}(?!\w))|(?:(?<=€)|(?<=€ )|(?<=EUR ))\d{{1,3}}\.\d{{3}}"
    # 499,-
    r"|\d{1,6},[–—-]{1,2}(?!\w)"
    # 12.500 euros  12.500 people
    rf"|\d{{1,3}}\.\d{{3}}(?= ?{_EURO}| {_WHOLE}\b)"
    # 0,75  12,5
    r"|\d{1,3},\d{1,2}"
    r")(?![\w'])(?!,?\.?\d)"
)
_DECIMAL_COMMA = re.compile(r"\d{1,3},\d{1,2}")
_LIST_BEFORE = re.compile(
    r"(?i)(?:\b(?:(?!was|is|has|plus|times|minus|versus|across|gross|this|thus|yes)[a-z]{2,}s|and|or|nos?\.|in) )$"
)
_MEASURED = re.compile(rf" ?{_UNIT}")
_LIST_AFTER = re.compile(r"(?: ?(?:and|or|&) \d|, ?\d)")
_CLOSING = re.compile(r"[.,][–—-]{1,2}$")
_ADDRESS_GROUP = 255


def as_americans_write(text: TracedText) -> TracedText:
    """Return a text with a decimal point and without other separators in the numbers of other countries."""
    return text.sub(_FOREIGN_NUMBER, _rewrite)


def _rewrite(match: re.Match[str]) -> str:
    number = _CLOSING.sub("", match[0]).replace("'", "").replace(" ", "")
    if "'" in match[0]:
        return number
    if number.isdecimal():
        return number
    if _DECIMAL_COMMA.fullmatch(number):
        return match[0] if _is_list(match, number) else number.replace(",", ".")
    if re.fullmatch(r"\d{1,2}(?:,\d\d)+,\d{3}", number):
        return number.replace(",", "")
    groups = number.split(".")
    if len(groups) == 4 and all(group.isdecimal() and int(group) <= _ADDRESS_GROUP for group in groups):
        # 192.168.100.200 is an address of the internet.
        return match[0]
    return number.replace(".", "").replace(",", ".")


def _is_list(match: re.Match[str], number: str) -> bool:
    """Tell whether "12,15" are two numbers of a list: "pages 12,15 and 18"."""
    text, start, end = match.string, match.start(), match.end()
    if number.startswith("0,") or text[start - 1 : start] in ("€", "-", "−") or _MEASURED.match(text, end):
        return False
    return bool(
        _LIST_BEFORE.search(text[max(0, start - 16) : start]) or _LIST_AFTER.match(text, end, end + 6)
    )
