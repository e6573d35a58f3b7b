r"""Reads the formulas of LaTeX that stand in a text: "$x^2$", "\(\frac{a}{b}\)", "\[ \sum_{i=1}^n i \]".

It knows the usual commands of mathematics. What it does not know is read by its name: "\wombat" as "wombat". A dollar
sign also means money, so "$…$" is a formula only if no space is inside of its signs, and if it has a command, a sub- or
superscript, or consists of single letters and operators.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .normalization import Reading, words
from .normalization.tables import table
from .word_sets import word_set

LONGEST_FORMULA = 600
"""Characters of the longest formula. A longer one is ordinary text, because nobody understands it by ear."""

# Groups inside of groups; what is deeper is read without its structure.
_DEEPEST = 12

_FORMULA = re.compile(
    rf"\$\$(?P<a>[^$]{{1,{LONGEST_FORMULA}}})\$\$"
    rf"|\\\[(?P<b>(?:(?!\\[\[\]]).){{1,{LONGEST_FORMULA}}}?)\\\]"
    rf"|\\\((?P<c>(?:(?!\\[()]).){{1,{LONGEST_FORMULA}}}?)\\\)"
    rf"|(?<![\w$\\])\$(?P<d>[^\s$](?:[^$\n]{{0,{LONGEST_FORMULA}}}[^\s$\\])?)\$(?![\w$])",
    re.DOTALL,
)
_MARKED = re.compile(r"\\[A-Za-z]|[\^{]|[A-Za-z)]_")
_PLAIN_FORMULA = re.compile(
    r"(?=[^A-Za-z]*[A-Za-z])(?!\d+[-–,.]?$)(?:(?<![A-Za-z])[A-Za-z]{1,2}(?![A-Za-z])|[\d\s().,|!'<>=+*/-])+"
)
_PROSE = re.compile(r"(?<![\\A-Za-z{])[A-Za-z]{3,} +[A-Za-z]{2,}")
_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\d+(?:[.,]\d+)*|[A-Za-z]+|\s+|.", re.DOTALL)

# A person who types three letters in a formula means three numbers; four are a word.
_LONGEST_PRODUCT = 3

_COMMANDS = table(
    r"""
    times cdot ast = times
    div = divided by
    pm = plus or minus
    mp = minus or plus
    leq le leqslant = is less than or equal to
    geq ge geqslant = is greater than or equal to
    lt = is less than
    gt = is greater than
    ll = is much less than
    gg = is much greater than
    neq ne = is not equal to
    approx = is approximately
    equiv = is equivalent to
    cong = is congruent to
    sim = is similar to
    propto = is proportional to
    in = is in
    notin = is not in
    ni = contains
    subset subseteq = is a subset of
    supset supseteq = is a superset of
    cup = union
    cap = intersection
    setminus = minus
    emptyset varnothing = the empty set
    forall = for all
    exists = there exists
    neg lnot = not
    land wedge = and
    lor vee = or
    to rightarrow longrightarrow = to
    leftarrow gets = from
    mapsto = maps to
    Rightarrow implies Longrightarrow = implies
    Leftrightarrow iff = if and only if
    leftrightarrow = if and only if
    infty = infinity
    partial = partial
    nabla = nabla
    hbar = H bar
    ell = L
    Re = the real part of
    Im = the imaginary part of
    aleph = aleph
    ldots cdots dots dotsc dotsb vdots ddots = and so on
    perp = is perpendicular to
    parallel = is parallel to
    mid = given
    angle = angle
    triangle = triangle
    circ = composed with
    oplus = plus
    otimes = times
    prime = prime
    degree = degrees
    therefore = therefore
    because = because
    sin = sine
    cos = cosine
    tan = tangent
    cot = cotangent
    sec = secant
    csc = cosecant
    arcsin = arc sine
    arccos = arc cosine
    arctan = arc tangent
    sinh = hyperbolic sine
    cosh = hyperbolic cosine
    tanh = hyperbolic tangent
    ln = natural log
    lg log = log
    exp = the exponential of
    det = the determinant of
    dim = the dimension of
    ker = the kernel of
    gcd = the greatest common divisor of
    max = the maximum of
    min = the minimum of
    sup = the supremum of
    inf = the infimum of
    arg = the argument of
    Pr = the probability of
    sum = the sum
    prod = the product
    int iint iiint = the integral
    oint = the contour integral
    lim = the limit
    limsup = the limit superior
    liminf = the limit inferior
    bigcup = the union
    bigcap = the intersection
    lfloor = the floor of
    lceil = the ceiling of
    mod bmod pmod = modulo
    varepsilon = epsilon
    vartheta = theta
    varphi = phi
    varrho = rho
    varsigma = sigma
    """
)
# Commands that only arrange or separate.
_SILENT = word_set(
    """
    left right big Big bigg Bigg bigl bigr Bigl Bigr quad qquad displaystyle textstyle limits nolimits mathstrut
    rfloor rceil begin end label nonumber notag hline hfill
    """
)
# Commands whose argument is text, and those that change the look of their argument.
_TEXT = word_set("text textrm textbf textit mathrm mathop operatorname operatorname* mbox")
_LOOKS = word_set("mathbb mathbf mathcal mathfrak mathsf mathit boldsymbol bm underline boxed")
_ACCENTS = {
    "hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar", "vec": "vector", "tilde": "tilde",
    "widetilde": "tilde", "dot": "dot", "ddot": "double dot",
}  # fmt: skip
_ENVIRONMENTS = word_set("begin end label")
_LARGE = word_set("sum prod int iint iiint oint bigcup bigcap")
_FUNCTIONS = word_set("f g h F G H")
_FRACTIONS = word_set("frac dfrac tfrac cfrac")
_SIGNS = {
    "+": "plus",
    "-": "minus",
    "−": "minus",
    "–": "minus",
    "*": "times",
    "/": "over",
    "=": "equals",
    "<": "is less than",
    ">": "is greater than",
    "!": "factorial",
    "'": "prime",
    "’": "prime",
    "&": ",",
    "%": "percent",
    "≤": "is less than or equal to",
    "≥": "is greater than or equal to",
    "≠": "is not equal to",
    "×": "times",
    "·": "times",
    "±": "plus or minus",
    "∞": "infinity",
    "°": "degrees",
}
_ESCAPED = {
    "\\\\": ";",
    "\\%": "percent",
    "\\$": "dollars",
    "\\#": "number",
    "\\&": "and",
    "\\|": "norm",
    "\\_": "",
}
_PUNCTUATION = frozenset(",.;:?()")


def find_formulas(text: str) -> Iterator[Reading]:
    """Yield a reading for each formula in a text, in order.

    Args:
        text: A text as the user wrote it, before `characters.make_readable`, which makes brackets of braces.
    """
    if "$" not in text and "\\" not in text:
        return
    position = 0
    while match := _FORMULA.search(text, position):
        kind = str(match.lastgroup)
        content = match[kind]
        spoken = read_formula(content) if kind in "abc" or _is_formula(content) else ""
        if spoken:
            yield Reading(match.start(), match.end(), spoken=spoken)
            position = match.end()
        else:
            # The sign that would have closed this one may open a formula.
            position = match.start() + 1


def _is_formula(content: str) -> bool:
    """Tell whether the text between two dollar signs is a formula, and no price."""
    if _PROSE.search(content) and "\\" not in content:
        return False
    return bool(_MARKED.search(content)) or bool(_PLAIN_FORMULA.fullmatch(content))


def read_formula(content: str) -> str:
    r"""Return the words of a formula; single capitals are the names of letters.

    Args:
        content: The formula without the signs around it, such as "\frac{1}{2}".

    Example:
        read_formula("x^2 + 1")  # "X squared plus one"
    """
    reader = _Reader(_TOKEN.findall(content))
    spoken = " ".join(reader.sequence(depth=0))
    return re.sub(r" +(?=[,.;:?)])|(?<=\() +", "", spoken).strip()


class _Reader:
    """Reads the tokens of a formula by recursive descent.

    Args:
        tokens: Commands, numbers, words, white space and single characters.
    """

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = list(tokens)
        self._index = 0

    def _next(self) -> str:
        """Return the next part that is no white space, or nothing at the end, without taking it."""
        while self._index < len(self._tokens) and self._tokens[self._index].isspace():
            self._index += 1
        return self._tokens[self._index] if self._index < len(self._tokens) else ""

    def _take(self) -> str:
        part = self._next()
        self._index += 1
        return part

    def sequence(self, *, depth: int, closing: str = "") -> list[str]:
        """Read until a closing brace or bracket, which is taken, or to the end."""
        spoken: list[str] = []
        while part := self._next():
            if part == closing:
                self._index += 1
                break
            if part in "}]" and not closing:
                self._index += 1
                continue
            spoken += self._atom(depth)
        return spoken

    def _group(self, depth: int) -> list[str]:
        """Read the argument of a command: a group in braces, or one atom."""
        if depth > _DEEPEST:
            return [word for word in [self._take()] if word not in "{}"]
        if self._next() == "{":
            self._index += 1
            return self.sequence(depth=depth + 1, closing="}")
        return self._single(depth) if self._next() else []

    def _written(self) -> str:
        """Return the argument of a command as it is written."""
        if self._next() != "{":
            return self._take()
        self._index += 1
        depth, parts = 1, []
        while self._index < len(self._tokens):
            part = self._tokens[self._index]
            self._index += 1
            depth += {"{": 1, "}": -1}.get(part, 0)
            if not depth:
                break
            parts.append(part)
        return "".join(parts)

    def _atom(self, depth: int) -> list[str]:
        """Read one atom with its sub- and superscripts."""
        part = self._next()
        spoken = self._single(depth)
        if part[1:] in {*_LARGE, "lim"}:
            return spoken + self._limits(part[1:], depth)
        while self._next() in ("^", "_"):
            spoken += self._script(part, depth)
        if part in _FUNCTIONS and self._next() == "(":
            spoken.append("of")
        return spoken

    def _script(self, base: str, depth: int) -> list[str]:
        """Read a sub- or superscript."""
        is_power = self._take() == "^"
        if not is_power:
            word = "base" if base in ("\\log", "\\lg") else "sub"
            return [word, *self._group(depth)]
        if self._next() == "\\circ":
            self._index += 1
            return ["degrees"]
        inner = self._group(depth)
        power = " ".join(inner)
        return [{"two": "squared", "three": "cubed", "times": "star"}.get(power) or _power(power)]

    def _limits(self, name: str, depth: int) -> list[str]:
        """Read the limits of a sum, a product, an integral or a limit."""
        limits: dict[str, list[str]] = {}
        while self._next() in ("^", "_"):
            kind = self._take()
            limits[kind] = self._group(depth)
        if name == "lim":
            below = [{"to": "goes to"}.get(word, word) for word in limits.get("_", [])]
            return [*(["as", *below] if below else []), "of"]
        spoken = []
        if "_" in limits:
            spoken += ["from" if "^" in limits else "over", *limits["_"]]
        if "^" in limits:
            spoken += ["to", *limits["^"]]
        return [*spoken, "of"]

    def _single(self, depth: int) -> list[str]:
        """Read one part, with the arguments of a command."""
        part = self._take()
        if part == "{":
            return self.sequence(depth=depth + 1, closing="}") if depth <= _DEEPEST else []
        if part.startswith("\\"):
            return self._command(part, depth)
        if part[0].isdigit():
            return [words.number(part.replace(",", ""))]
        if part.isascii() and part.isalpha():
            return [words.letters(part)] if len(part) <= _LONGEST_PRODUCT else [part.lower()]
        if part in _SIGNS:
            return [_SIGNS[part]]
        if part in _PUNCTUATION:
            return [part]
        return [] if part in "{}[]^_~|" else [part]

    def _command(self, part: str, depth: int) -> list[str]:
        """Read a command with its arguments."""
        name = part[1:]
        if not name.rstrip("*").isalpha():
            return [_ESCAPED[part]] if part in _ESCAPED else []
        if name in _FRACTIONS:
            self._split_digits()
            return _fraction(self._group(depth), self._group(depth))
        if name in ("binom", "dbinom"):
            return [*self._group(depth), "choose", *self._group(depth)]
        if name == "sqrt":
            return self._root(depth)
        if name in _TEXT:
            return [self._written().strip()]
        if name in _LOOKS:
            return self._group(depth)
        if name in _ACCENTS:
            inner = self._group(depth)
            return ["vector", *inner] if name == "vec" else [*inner, _ACCENTS[name]]
        if name in _SILENT:
            if name in _ENVIRONMENTS:
                self._written()
            elif self._next() == ".":
                self._index += 1
            return []
        return [_COMMANDS.get(name, name.rstrip("*"))]

    def _split_digits(self) -> None:
        r"""Part the first digit of the next number from the others, as TeX does in "\frac12"."""
        number = self._next()
        if number.isdecimal() and len(number) > 1:
            self._tokens[self._index : self._index + 1] = [number[0], number[1:]]

    def _root(self, depth: int) -> list[str]:
        degree = "two"
        if self._next() == "[":
            self._index += 1
            degree = " ".join(self.sequence(depth=depth + 1, closing="]"))
        kind = {"two": "square", "three": "cube"}.get(degree) or _rank(degree)
        return [f"the {kind} root of", *self._group(depth)]


def _rank(degree: str) -> str:
    """Return the rank of a root: "fourth" for "four", "Nth" for "N"."""
    ranks = {words.cardinal(str(number)): words.ordinal(str(number)) for number in range(1, 21)}
    return ranks.get(degree, f"{degree}th" if degree.islower() else f"{degree} th")


def _power(power: str) -> str:
    """Return the words of a superscript that is neither two nor three."""
    if power in ("prime", "star", "degrees", "transpose"):
        return power
    return f"to the power of {power}" if power else ""


def _fraction(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """Read a fraction: "one half", or "A over B" with a breath before what has several parts."""
    numbers = {words.cardinal(str(number)): str(number) for number in range(1, 21)}
    top, bottom = " ".join(above), " ".join(below)
    if top in numbers and bottom in numbers and bottom != "one":
        return [words.fraction(numbers[top], numbers[bottom])]
    is_long = max(len(above), len(below)) > 1
    return [top, ", over" if is_long else "over", f"{bottom}," if is_long else bottom]
