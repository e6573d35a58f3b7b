"""Signs that stand between or in front of words and numbers."""

import re

from .rules import Context, Rule, alternatives
from .tables import SIGNS


def _said(match: re.Match[str], _: Context) -> str:
    return SIGNS[match[0]]


def _about(_: re.Match[str], __: Context) -> str:
    return "about"


def _number_sign(_: re.Match[str], __: Context) -> str:
    return "number"


def _slash(match: re.Match[str], _: Context) -> str:
    pair = match.string[max(0, match.start() - 4) : match.end() + 4].lower()
    return "or" if re.search(r"\b(?:he/she|she/he|his/her|him/her|yes/no|s/he)", pair) else "slash"


def _silent(_: re.Match[str], __: Context) -> str:
    return ""


_AND_OR = re.compile(r"(?i)\band(?P<it>/)or\b")
_COMMON = "&@=+%°#×÷±−√∞§¶©µ→←№≠≈≤≥‰<>^\\~$£€¥₹₩₽₺₪₿¢"

# Before the numbers are read, which close what they find.
EARLY_RULES = (
    Rule(re.compile(r"#(?=\d)"), _number_sign, "#"),
    Rule(
        re.compile(r"(?<=[\d%kKmMbB])(?P<it> ?[-–] ?)(?=[$£€¥]\d|\d{1,3}(?:\.\d+)?%)"),
        lambda match, context: "to",
        "$£€¥%",
    ),
    Rule(re.compile(r"~(?= ?[\d$£€.])"), _about, "~"),
)

RULES = (
    Rule(_AND_OR, _silent, "/"),
    Rule(re.compile(r"(?<=\w) ?(?P<it>/) ?(?=\w)"), _slash, "/"),
    Rule(re.compile(r"(?<=[\0 ])(?P<it>/)(?=[ \0])"), lambda match, context: "slash", "/"),
    Rule(re.compile(r"(?<=\0) (?P<it>[-–]) (?=\0)"), lambda match, context: "minus", "-–"),
    Rule(re.compile(r"(?<=\0) ?(?P<it>[*×]) ?(?=\0)"), lambda match, context: "times", "*×"),
    Rule(re.compile("[-=]>"), lambda match, context: "to", ">"),
    Rule(re.compile(alternatives(SIGNS)), _said, _COMMON),
)
