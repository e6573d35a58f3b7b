"""Reads numbers that identify something, digit by digit in their groups: orders, cases, codes, accounts.

A number identifies after a word that says so ("OTP", "tracking number"), or after the name of a numbered thing
("order", "case") if a sign of number stands between them, if the number has hyphens, or if it has five digits or more
without a separator of thousands. What is counted ("order 1,200 units") is a quantity.
"""

import re
import string

from . import words
from .rules import Context, Rule, text_after

# Words whose number is always read digit by digit.
_CODES = (
    r"PIN|[Pp]in(?: code)?|OTP|[Oo]tp|[Pp]asscode|[Pp]assword|[Aa]ccess code|[Ss]ecurity code|[Vv]erification code"
    r"|[Pp]romo code|[Cc]onfirmation(?: code)?|[Aa]uth(?:entication|orization)? code|[Ll]ogin code"
    r"|[Oo]ne-time (?:code|password)|2FA code|[Aa]ccount|[Aa]cct\.?|A/C|[Rr]outing|[Ss]ort code|IBAN|SWIFT|SSN|EIN"
    r"|TIN|ISBN(?:-1[03])?|ISSN|UPC|EAN|SKU|IMEI|ICCID|VIN|[Tt]racking|[Ss]erial|[Ss]/[Nn]|[Bb]arcode|[Cc]ard"
    r"|[Cc]ode|[Zz]ip(?: code)?|ZIP(?: [Cc]ode)?|[Pp]ostcode|[Pp]ostal code|VAT|NDC|CVV|CVC|[Tt]ax ID|PNR|RMA|DOI"
    r"|CAS|UUID|GUID|[Ee]nding(?: in| with)?|[Ee]xtension|[Ee]xt\.?|[Pp]hone|[Ff]ax|[Mm]obile|[Pp]ager"
)
# Names of things that have numbers.
_THINGS = (
    r"order|case|invoice|ticket|model|licen[cs]e|policy|claim|booking|reservation|member(?:ship)?|customer|client"
    r"|patient|employee|student|user|patent|bill|check|cheque|job|request|issue|bug|docket|permit|batch|lot|part"
    r"|item|record|file|receipt|contract|purchase order|P\.?O\.?|incident|report|case|flight|train|bus|passport"
    r"|visa|badge|locker|form|vendor|supplier|product|catalog(?:ue)?|article|asset|container|shipment|parcel"
    r"|package|delivery|registration|application|complaint|warrant|citation|project|study|protocol|trial|grant"
    r"|award|meeting|webinar|conference|zoom|session|transaction|transfer|payment|quote|quotation|enquiry|inquiry"
    r"|survey|loan|mortgage|deed|parcel|plate|vehicle|coupon|voucher|gift card|library card|group|plan|subscriber"
    r"|household|site|store|station|terminal|certificate|petition|bond|stock|lottery|draw|PR|pull request|commit"
    r"|revision|change|release|build"
)
_THING = rf"(?i:{_THINGS})"
# What may stand between the word and the number and makes an identifier of it.
_MARKER = (
    r"(?:\0+|[Nn]umber|[Nn]umbers|NUMBER|[Nn]um\.?|[Nn]o\.?|[Nn]r\.?|№|#|[Ii][Dd]|[Rr]ef(?:erence)?\.?"
    r"|[Cc]ode|[Kk]ey)"
)
_LINK = r"(?: ?[:=] ?#?| is:? | was:? | are:? | - | #| )"
# A group has a digit; between hyphens it may be letters alone: "23-CV-01877", "1Z 999 AA1", "QX7-2219".
_GROUP = r"[A-Z]{0,5}\d[\dA-Z]{0,24}"
_VALUE = (
    rf"(?:{_GROUP}|[A-Z]{{1,5}}(?=-))(?:[ ./-]{_GROUP}|-[A-Z]{{1,5}}(?=-)){{0,9}}(?:-?X\b)?#?"
    r"(?![\w%°]|[.,:/]\d| ?[-–] ?\d)"
)

# A plural after a number is counted by it: "order 12000 books".
_COUNTED = re.compile(
    r" (?!(?:is|was|has|does|as|this|shipped|needs|says|expires|includes|ships|arrives|plus)\b)[a-z]{2,}s\b"
)


def _identifier(match: re.Match[str], context: Context) -> str | None:
    """Read the value of an identifier in its groups: "912 3456 7890"."""
    value = match["it"]
    digits = sum(map(str.isdecimal, value))
    if digits < 3 and not (digits == 2 and value[0].isalpha()):
        return None
    return None if _COUNTED.match(text_after(match, 20)) else _in_groups(value, context)


def _in_groups(value: str, context: Context) -> str:
    """Read groups of digits and letters with a breath between them."""
    groups = (_group(group, context) for group in re.findall(r"[A-Z\d]+", value))
    return ", ".join(groups) + (" pound" if value.endswith("#") else "")


def _group(group: str, context: Context) -> str:
    """Read "4471" digit by digit, "QX7" by letters and a number, "SAVE20" as a word and a number."""
    if group.isdecimal():
        return words.digits(group)
    spoken = []
    for part in re.findall(r"\d+|[A-Z]+", group):
        if part.isdecimal():
            spoken.append(words.digits(part) if len(part) > 2 else words.code_number(part))
        else:
            is_word = len(part) > 3 and context.is_word(part.lower())
            spoken.append(part.lower() if is_word else words.letters(part))
    return " ".join(spoken)


def _bare(match: re.Match[str], context: Context) -> str | None:
    """Read "Ticket 48213" and "Order 114-55"; not "order 12000 books"."""
    value = match["it"]
    is_long = len(re.sub(r"\D", "", value)) > 4 or value[0].isalpha()
    if not is_long or _COUNTED.match(text_after(match, 20)):
        return None
    return _in_groups(value, context)


def _box(match: re.Match[str], context: Context) -> str:
    """Read "PO box 12-34"."""
    return _in_groups(match["it"], context)


def _long_number_sign(match: re.Match[str], context: Context) -> str:
    """Read "#20391" as a number of a list."""
    return f"number {_in_groups(match['value'], context)}"


def _form(match: re.Match[str], _: Context) -> str:
    """Read "Form 1099" as "form ten ninety nine"."""
    return words.year(match["it"])


RULES = (
    Rule(
        r"\b(?i:p\.? ?o\.? box|mailbox)(?: no\.?| number| #)? ?#?(?P<it>\d+(?:-\d+)*)(?![\w.,]\d|\w)",
        _box,
        string.digits,
    ),
    # "ID 10293847", "reference number 55-1093", "Ref: 778-2231"
    Rule(
        rf"\b(?:{_CODES}|IDs?|[Rr]ef(?:erence)?(?:\.|\b))(?: {_MARKER})?{_LINK}#?(?P<it>{_VALUE})",
        _identifier,
        string.digits,
    ),
    # "Case No. 21-1234", "invoice #20391", "Member ID 10293847"
    Rule(
        rf"\b{_THING}(?:[ -]{_MARKER}|s? ?#)(?: {_MARKER})?{_LINK}?#?"
        rf"(?P<it>(?=\d{{4}}|\d+[ ./-]\d|[A-Z]{{1,5}}-?\d){_VALUE})",
        _identifier,
        string.digits,
    ),
    Rule(
        rf"\b{_THING}(?: ?: ?#?| #?)(?P<it>(?:\d{{5,}}|\d+(?:-(?:\d+|[A-Z]{{1,5}}(?=-)))+|\d{{2,}}(?: \d{{3,}})+"
        r"|[A-Z]{1,5}\d?-?\d{4,}(?:-\d+)*)(?![\w%°]|[.,:/]\d| ?[-–] ?\d))",
        _bare,
        string.digits,
    ),
    Rule(r"(?<![\w&])#(?P<value>\d{5,}|\d+(?:-\d+)+)(?![\w.,]\d|\w)", _long_number_sign, "#"),
    Rule(r"\bForms? (?P<it>\d{4})(?![\w.,]\d|\w)", _form, "F"),
    Rule(
        r"\b(?:[Nn]umber is|[Cc]all|[Tt]ext|[Cc]all me at) (?P<it>\d{3} \d{4})(?![\w-])",
        _identifier,
        string.digits,
    ),
)
