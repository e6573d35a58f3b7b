"""Random texts, documents and bytes, each from a generator of random numbers alone, so that a seed makes them again."""

from __future__ import annotations

import random
import string


def listed(*lines: str, by: str | None = None) -> list[str]:
    """Return the parts of lines between spaces, or between another sign."""
    return [part for line in lines for part in line.split(by)]


WORDS = listed(
    "the a of I read lead live wind tear bass St. Dr. Mr. No. e.g. i.e. etc. U.S. Ph.D. don't can't",
    "o'clock rock'n'roll",
    "hibari Nguyen naïve café über Björk straße résumé iPhone eBay USA NASA CD-ROM X-ray mother-in-law and/or",
    "http://example.org/a?b=c#d user@example.org www.example.com /usr/bin/env C:\\Windows README.md v1.2.3 s5s s4s A4s",
)
NUMBERS = listed(
    "0 7 12 007 1,234 1,234,567.89 3.14 .5 5. -3 +4 1e5 2^10 1/2 3/4 12/25/99 2024-02-30 31.12.1999 12:30 25:61",
    "9am 7pm",
    "$5 $3.2 $.30 $+.30 .30$ £5m €1,000.50 5% 5‰ 20°C 5km 3kg 10x 1st 2nd 3rd 11th XIV IV. MCMXCIX 555-1234",
    "+1-202-555-0143 192.168.0.1 H2O CO2 #1 §5 1990s '90s B2B 4x4 s21s 10^-3 1–2 50–60% 1st-2nd № ½ ¾ ² ³ 10⁶",
)
SYMBOLS = list("!?.,;:…—–-_'\"“”‘’()[]{}<>/\\|@#$%^&*+=~`´§©®™°•·¡¿«»„‚‹›")
STRANGE = [
    "\u200b", "\u200d", "\ufeff", "\u00ad", "\u202e", "\u2028", "\u2029", "\u0085", "\u00a0", "\x0b", "\x0c",
    "\x1b[2J", "\x00", "\x7f", "\ue000", "\ue001", "\ue002", "\uf8ff", "\ufffd", "\ufffe", "\ud800", "\udfff",
    "\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1e9\U0001f1ea", "e\u0301",
    "a" + "\u0301" * 30, "\t", "\r", "\r\n",
    *listed(
        "é ﬁ Ⅷ ① 中文 日本語 한국어 Привет العربية עברית हिन्दी ไทย Ω µ 𝔉𝔯𝔞𝔨 𝟙𝟚 Ⓐ ß İ ı ¹ ₂ ٣ ४ 〇 。 ！ 「 」 ♪ → ✓ ☃",
        "¶ † ∞ ≤ √ ∑",
    ),
]  # fmt: skip
SPECIAL = listed(
    "[[ həlˈoʊ ]]|[[ /HH AH0 L OW1/ ]]|[[ xyz1 ]]|[[|]]|[[ ]]|[pause 1s]|[pause 500ms]|[pause 61s]|[pause -1s]",
    "[pause 1]|[pause .5s]|[[pause 1s]]|\n\n|\n|\n- |\n1. |\n(a) | |  ...|. . .|?!|--|'s|s'|ALL CAPS|a.b.c.|A.B.C.",
    "1.|ii.",
    by="|",
)
PARTS = (WORDS, NUMBERS, SYMBOLS, STRANGE, SPECIAL)


def token(rng: random.Random) -> str:
    """Return a word, a number, a sign, something strange, or a few random characters."""
    kind = rng.random()
    if kind < 0.85:
        (parts,) = rng.choices(PARTS, (8, 5, 3, 2, 2))
        return rng.choice(parts)
    if kind < 0.93:
        alphabet = rng.choice(
            [string.ascii_letters, string.digits, string.digits + ".,:/-$%", "aAsS1.'-", "IVXLCDM."]
        )
        return "".join(rng.choices(alphabet, k=rng.randint(1, 8)))
    if kind < 0.97:
        return "".join(
            chr(rng.choice((rng.randrange(0x20, 0x250), rng.randrange(0x110000)))) for _ in range(3)
        )
    return rng.choice(rng.choice(PARTS)) * rng.randint(2, 12)


def text(rng: random.Random, most: int = 24) -> str:
    """Return up to `most` tokens, with spaces between most of them."""
    count = rng.randint(0, rng.choice((3, 8, most)))
    return "".join(token(rng) + rng.choice(("", " ", " ", " ", " ", ". ", ", ", "\n")) for _ in range(count))


def mutated(rng: random.Random, whole: str) -> str:
    """Return a text with a few places of it removed, doubled, exchanged or filled with something else."""
    for _ in range(rng.randint(1, 4)):
        begin = rng.randint(0, len(whole))
        end = min(len(whole), begin + rng.choice((0, 1, 1, 3, 20)))
        piece = whole[begin:end]
        filling = rng.choice(("", piece * 2, piece[::-1], token(rng), rng.choice(SYMBOLS), piece * 30))
        whole = whole[:begin] + filling + whole[end:]
    return whole


def mutated_bytes(rng: random.Random, whole: bytes) -> bytes:
    """Return bytes with a few of them changed, removed, doubled, or cut off at the end."""
    content = bytearray(whole)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at = rng.randint(0, max(0, len(content) - 1))
        size = rng.choice((1, 1, 2, 4, 8, 64))
        match rng.randrange(6):
            case 0:
                content[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                del content[at : at + size]
            case 2:
                content[at:at] = content[at : at + size]
            case 3:
                content[at : at + size] = rng.choice((b"\x00", b"\xff")) * size
            case 4:
                content[at:at] = rng.randbytes(size)
            case _:
                other = rng.randint(0, len(content))
                content[at : at + size] = content[other : other + size]
    return bytes(content[: rng.randint(0, len(content))] if rng.random() < 0.1 else content)


def xml_escaped(content: str) -> str:
    return content.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
