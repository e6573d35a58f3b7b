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
    r"PIN|[Pp]in(?: code)?|OTP|[Oo]tp|[Pp]asscode|[Pp]assword|[Aa]ccess code|[Ss]ecurity code"
    r"|[Vv]erification code|[Pp]romo code"
    r"|[Cc]onfirmation(?: code)?|[Aa]uth(?:entication|orization)? code|[Ll]ogin code|[Oo]ne-time (?:code"
    r"|password)|2FA code"
    r"|[Aa]ccount|[Aa]cct\.?|A/C|[Rr]outing|[Ss]ort code|IBAN|SWIFT|SSN|EIN|TIN|ISBN(?:-1[03])?|ISSN|UPC|EAN|SKU"
    r"|IMEI|ICCID|VIN"
    r"|[Tt]racking|[Ss]erial|[Ss]/[Nn]|[Bb]arcode|[Cc]ard|[Cc]ode|[Zz]ip(?: code)?|ZIP(?: [Cc]ode)?|[Pp]ostcode"
    r"|[Pp]ostal code"
    r"|VAT|[Tt]ax|PNR|RMA|DOI|CAS|UUID|GUID|[Kk]ey|[Ee]nding in|[Ee]xtension|[Ee]xt\.?|[Pp]hone|[Ff]ax|[Mm]obile"
    r"|[Pp]ager"
)
# Names of things that have numbers.
_THINGS = (
    r"order|case|invoice|ticket|model|licen[cs]e|policy|claim|booking|reservation|member(?:ship)?|customer"
    r"|client|patient"
    r"|employee|student|user|patent|bill|check|cheque|job|request|issue|bug|docket|permit|batch|lot|part|item"
    r"|record|file"
    r"|receipt|contract|purchase order|P\.?O\.?|incident|report|case|flight|train|bus|passport|visa|badge|locker"
    r"|form|vendor"
    r"|supplier|product|catalog(?:ue)?|article|asset|container|shipment|parcel|package|delivery|registration"
    r"|application"
    r"|complaint|warrant|citation|project|study|protocol|trial|grant|award|meeting|webinar|conference|zoom"
    r"|session|transaction"
    r"|transfer|payment|quote|quotation|enquiry|inquiry|survey|loan|mortgage|deed|parcel|plate|vehicle|coupon"
    r"|voucher|gift card"
    r"|library card|group|plan|subscriber|household|site|store|station|terminal|certificate|petition|bond|stock"
    r"|lottery"
    r"|draw|PR|pull request|commit|revision|change|release|build"
)
_THING = rf"(?i:{_THINGS})"
# What may stand between the word and the number and makes an identifier of it.
_MARKER = (
    r"(?:\0+|[Nn]umber|[Nn]umbers|NUMBER|[Nn]um\.?|[Nn]o\.?|[Nn]r\.?|№|#|[Ii][Dd]|[Rr]ef(?:erence)?\.?"
    r"|[Cc]ode|[Kk]ey)"
)
_LINK = r"(?: ?[:=] ?#?| is:? | was:? | are:? | - | #| )"
_VALUE = r"\d+(?:[ .-]\d+|-[A-Z]{1,4}(?=-))*(?:-?X)?(?P<pound>#)?(?![\w%°]|[.,:/]\d| ?[-–] ?\d)"


def _identifier(match: re.Match[str], _: Context) -> str | None:
    """Read the value of an identifier in its groups: "912 3456 7890"."""
    value = match["it"]
    if sum(map(str.isdecimal, value)) < 3:
        return None
    return _in_groups(value)


def _in_groups(value: str) -> str:
    groups = re.findall(r"\d+|[A-Z]+", value)
    spoken = ", ".join(words.digits(group) if group.isdecimal() else words.letters(group) for group in groups)
    return f"{spoken} pound" if value.endswith("#") else spoken


def _bare(match: re.Match[str], _: Context) -> str | None:
    """Read "Ticket 48213" and "Order 114-55"; not "order 12000 books"."""
    value = match["it"]
    is_long = len(re.sub(r"\D", "", value)) > 4
    if not is_long or _COUNTED.match(text_after(match, 20)):
        return None
    return _in_groups(value)


_COUNTED = re.compile(
    r" (?!(?:is|was|has|does|as|this|shipped|needs|says|expires|includes|ships|arrives)\b)[a-z]{2,}s\b"
)


def _box(match: re.Match[str], _: Context) -> str:
    """Read "PO box 12-34"."""
    return _in_groups(match["it"])


def _long_number_sign(match: re.Match[str], _: Context) -> str:
    """Read "#20391" as a number of a list."""
    return f"number {_in_groups(match['value'])}"


RULES = (
    Rule(
        r"\b(?i:p\.? ?o\.? box|mailbox)(?: no\.?| number| #)? ?#?(?P<it>\d+(?:-\d+)*)(?![\w.,]\d|\w)",
        _box,
        string.digits,
    ),
    # "ID 10293847", "reference number 55-1093", "Ref: 778-2231"
    Rule(
        rf"\b(?:{_CODES}|IDs?|[Rr]ef(?:erence)?(?:\.|\b))(?: {_MARKER})?{_LINK}#?(?P<it>(?=\d[\d .-]{{2,}}"
        rf"|\d{{3}}){_VALUE})",
        _identifier,
        string.digits,
    ),
    # "Case No. 21-1234", "invoice #20391", "Member ID 10293847"
    Rule(
        rf"\b{_THING}(?:[ -]{_MARKER}|s? ?#)(?: {_MARKER})?{_LINK}?#?(?P<it>(?=\d{{4}}|\d+[ -]\d){_VALUE})",
        _identifier,
        string.digits,
    ),
    Rule(
        rf"\b{_THING}(?: ?: ?#?| #?)(?P<it>(?:\d{{5,}}|\d+(?:-(?:\d+|[A-Z]{{1,4}}(?=-)))+|\d{{2,}}"
        rf"(?: \d{{3,}})+)(?![\w%°]|[.,:/]\d"
        rf"| ?[-–] ?\d))",
        _bare,
        string.digits,
    ),
    Rule(r"(?<![\w&])#(?P<value>\d{5,}|\d+(?:-\d+)+)(?![\w.,]\d|\w)", _long_number_sign, "#"),
)
