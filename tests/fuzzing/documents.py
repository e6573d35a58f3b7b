"""Random SSML, HTML and Markdown, most of it well formed, by a grammar; some is then mutated."""

from __future__ import annotations

import random

from . import strings

VALUES = {
    "rate": strings.listed(
        "x-slow slow medium fast x-fast default 120% +20% -90% 1.5 0.1 1000% -200% +1000000% 0 +0%"
    ),
    "pitch": strings.listed(
        "x-low low medium high x-high default +2st -12st +99st 180Hz +20Hz -500Hz +10% -100% 0Hz"
    ),
    "volume": strings.listed(
        "silent x-soft soft medium loud x-loud default +6dB -60dB +99dB 0 50 100 1000 +10 -100%"
    ),
    "time": strings.listed("0s 1s 500ms 60s 61s .5s 1. 1h -1s 0.000001ms 999999999s"),
    "strength": strings.listed("none x-weak weak medium strong x-strong stronger"),
    "level": strings.listed("strong moderate none reduced much"),
    "interpret-as": strings.listed(
        "characters spell-out verbatim cardinal number ordinal digits date time telephone fraction unit currency",
        "expletive address nothing",
    ),
    "format": strings.listed("ymd dmy mdy md y hms12 hms24 xyz yyyymmdd"),
    "detail": ["1", "2"],
    "ph": ["həlˈoʊ", "/HH AH0 L OW1/", "h@loU", "ˈ", "a1", "tʃ" * 80, "ɡ", "  "],
    "alphabet": strings.listed("ipa x-sampa x-arpabet"),
    "alias": ["bee", "World Wide Web", "", " ", "...", "5", "x" * 160, "[[ həlˈoʊ ]]", "s5s"],
    "name": ["here", "", "a b", "ünï", "1", "heart", "heart:0.6+emma:0.4", "en-GB-RyanNeural"],
    "gender": strings.listed("female male neutral woman"),
    "languages": strings.listed("en en-GB en:en-GB de"),
    "variant": strings.listed("1 2 0 x"),
    "xml:lang": strings.listed("en en-GB de zh"),
}
ATTRIBUTES = {
    "p": (), "s": (), "break": ("time", "strength"), "prosody": ("rate", "pitch", "volume"), "emphasis": ("level",),
    "say-as": ("interpret-as", "format", "detail"), "sub": ("alias",), "phoneme": ("ph", "alphabet"), "mark": ("name",),
    "voice": ("name", "gender", "languages", "variant", "xml:lang"),
    "speak": ("xml:lang",), "audio": ("name",), "foo:bar": ("rate",), "desc": (),
}  # fmt: skip
NEEDED = {"say-as": "interpret-as", "sub": "alias", "phoneme": "ph", "mark": "name"}


def document(rng: random.Random) -> str:
    """Return a document; one in five is mutated afterwards."""
    head = rng.choice(("", "", '<?xml version="1.0"?>', "\ufeff", "\n", "<!-- a -->"))
    whole = f"{head}<speak>{_content(rng, 0)}</speak>"
    return strings.mutated(rng, whole) if rng.random() < 0.2 else whole


def _content(rng: random.Random, depth: int) -> str:
    pieces = []
    for _ in range(rng.randint(0, 4 if depth < 4 else 1)):
        if rng.random() < 0.5:
            pieces.append(_characters(rng))
        else:
            pieces.append(_element(rng, depth))
    return rng.choice(("", " ")).join(pieces)


def _characters(rng: random.Random) -> str:
    said = strings.text(rng, 8)
    match rng.randrange(10):
        case 0:
            return f"<![CDATA[{said.replace(']]>', '')}]]>"
        case 1:
            return rng.choice(("&amp;", "&#65;", "&#x1F600;", "&lt;", "<!-- c -->", "<?pi x?>"))
        case _:
            kept = "".join(
                c for c in said if c in "\t\n\r" or " " <= c < "\ud800" or "\ue000" <= c < "\ufffe"
            )
            return strings.xml_escaped(kept)


def _element(rng: random.Random, depth: int) -> str:
    name = rng.choice(list(ATTRIBUTES))
    wanted = [attribute for attribute in ATTRIBUTES[name] if rng.random() < 0.5]
    if name in NEEDED and NEEDED[name] not in wanted and rng.random() < 0.9:
        wanted.append(NEEDED[name])
    written = "".join(f' {key}="{strings.xml_escaped(rng.choice(VALUES[key]))}"' for key in wanted)
    if rng.random() < 0.05:
        written += f' {rng.choice(("id", "role", "onlangfailure"))}="x"'
    if name in ("break", "mark") or rng.random() < 0.1:
        return f"<{name}{written}/>"
    levels = rng.choice((1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 70))
    inside = _content(rng, depth + levels)
    return f"<{name}{written}>" * levels + inside + f"</{name}>" * levels


TAGS = strings.listed(
    "p b i em strong div ul ol li table tr td th caption thead tbody h1 h2 h6 blockquote pre code a sup sub q dl dt dd",
    "span del s nav aside section br hr img main footer button ruby rt rp figure figcaption details summary label form",
    "svg math title script style template iframe textarea select option noscript head body html foo o:p custom-tag",
)
HTML_ATTRIBUTES = [
    "", "", "", ' id="a"', " id='b c'", ' href="#n1"', ' href="https://example.org/a?b&c"', " hidden", ' class="toc"',
    ' class="poem"', ' epub:type="footnote"', ' role="doc-noteref"', ' lang="fr"', ' alt="A cat &amp; a dog"',
    " reversed", ' start="7"', ' value="-3"', ' colspan="3"', ' rowspan="99999"', ' style="display:none"',
    ' title="a > b"', " x=", ' y="',
]  # fmt: skip
MARKS = [
    "# ", "## ", "- ", "* ", "1. ", "7) ", "> ", "```\n", "```python\n", "~~~\n", "    ",
    "| a | b |\n|---|---|\n| c | d |\n", "---\n", "===\n", "***", "**", "*", "_", "__", "~~", "`", "``", "[", "](", ")",
    "![", "](x.png)", "[^1]", "[^1]: ", "[1]", "<b>", "</b>", "<br>", "<!--", "-->", "<div>\n", "</div>\n", "&amp;",
    "&#39;", "&mdash;", "\\", "\\*", "$", "$x_1$", "|", "\n", "\n\n", "  \n", "- [x] ", ": ", "<https://example.org>",
    "---\ntitle: x\n---\n", "【1†a】", "> [!NOTE]\n",
]  # fmt: skip


def markdown(rng: random.Random) -> str:
    """Return Markdown; one text in five is mutated afterwards."""
    parts = []
    for _ in range(rng.randint(0, 25)):
        parts.append(rng.choice(MARKS) if rng.random() < 0.5 else strings.text(rng, 4))
    whole = rng.choice(("", " ")).join(parts)
    return strings.mutated(rng, whole) if rng.random() < 0.2 else whole


def page(rng: random.Random) -> str:
    """Return HTML, of which some tags are not closed; one page in five is mutated afterwards."""
    head = rng.choice(
        (
            "",
            "",
            "<!DOCTYPE html>",
            '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">',
            "\ufeff",
        )
    )
    whole = head + _markup(rng, 0)
    return strings.mutated(rng, whole) if rng.random() < 0.2 else whole


def _markup(rng: random.Random, depth: int) -> str:
    pieces = []
    for _ in range(rng.randint(0, 5 if depth < 5 else 1)):
        if rng.random() < 0.5:
            pieces.append(
                rng.choice(("&amp;", "&nbsp;", "<", "<![CDATA[x]]>", "<!-- x -->", strings.text(rng, 5)))
            )
            continue
        name = rng.choice(TAGS)
        closing = rng.choice((f"</{name}>", f"</{name}>", f"</{name}>", "", "</b>"))
        pieces.append(f"<{name}{rng.choice(HTML_ATTRIBUTES)}>{_markup(rng, depth + 1)}{closing}")
    return "".join(pieces)
