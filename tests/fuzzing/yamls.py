"""Files of YAML that describe more than they hold, or that a careless parser takes too long for."""

from __future__ import annotations

import itertools
import string


def bombs(levels: int = 23) -> list[tuple[str, str]]:
    """Return files of less than 100 kB for which an unbounded reader needs hours, gigabytes, or much stack."""
    names = [f"{letter}{digit}" for digit in "01" for letter in string.ascii_lowercase][: levels + 1]
    pairs = list(itertools.pairwise(names))
    lists = "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in pairs)
    merges = "".join(f"{b}: &{b} {{<<: [*{a}, *{a}]}}\n" for a, b in pairs)
    keys = "".join(f"- &{b} [*{a}, *{a}]\n" for a, b in pairs)
    last = names[len(pairs)]
    return [
        ("aliases of lists", f"{names[0]}: &{names[0]} [x, x]\n{lists}files: *{last}\n"),
        ("aliases as a text", f"{names[0]}: &{names[0]} [x, x]\n{lists}description: *{last}\n"),
        ("aliases of merges", f"{names[0]}: &{names[0]} {{k: v}}\n{merges}"),
        ("aliases as keys", f"- &{names[0]} [x]\n{keys}- ? *{last}\n  : 1\n"),
        ("an alias of itself", "files: &a [*a]\n"),
        ("brackets", "files: " + "[" * 20_000),
        ("braces", "{" * 20_000),
        ("brackets that close", "files: " + "[" * 3000 + "]" * 3000),
        ("dashes", "- " * 20_000),
        ("question marks", "? " * 20_000),
        ("indentation", "\n".join(" " * n + "a:" for n in range(400))),
        ("base 60", "files: " + "1" + ":1" * 40_000),
        ("base 60 with a point", "files: " + "1" + ":1" * 40_000 + ".5"),
        ("digits", "files: " + "1" * 90_000),
        ("bits", "files: 0b" + "1" * 90_000),
    ]


def long_ones(size: int) -> list[tuple[str, str]]:
    """Return files of about `size` characters that are long and not deep."""
    return [
        ("keys", "".join(f"key{n}: {n}\n" for n in range(max(1, size // 12)))),
        ("entries", "files:\n" + "- a\n" * (size // 4)),
        ("entries in brackets", "files: [" + "a, " * (size // 3) + "]"),
        ("pairs in braces", "files: {" + ", ".join(f"k{n}: 1" for n in range(size // 9)) + "}"),
        ("a quoted text", 'files: "' + "a b " * (size // 4) + '"'),
        ("escapes", 'files: "' + "\\x41" * (size // 4) + '"'),
        ("a folded text", "files: >\n" + " a\n" * (size // 3)),
        ("a plain text of many lines", "files:\n" + " a\n" * (size // 3)),
        ("comments", "#a\n" * (size // 3)),
        ("empty lines", "\n" * size),
        ("documents", "---\n" * (size // 4)),
        ("tags", "files: !" + "a" * size + " b"),
        ("an anchor", "files: &" + "a" * size + " b"),
        ("quotes", "'" * size),
        ("colons", ":" * size),
        ("commas", "[" + "," * size),
        ("spaces", " " * size + "a"),
    ]
