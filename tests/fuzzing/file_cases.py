"""Random files of the kinds that the program reads or writes, most of them mutations of good ones."""

from __future__ import annotations

import functools
import random
from collections.abc import Sequence
from pathlib import Path

from . import pickles, strings, yamls

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).parents[1] / "data"


def lexicon(rng: random.Random) -> tuple[bytes | dict[str, str], str]:
    """Return the content of a lexicon, as a file or as a dictionary, and a text with words of it."""
    sounds = [
        "",
        " ",
        "\n",
        "/W IH1 N/",
        "ɡ ɡ",
        "tʃ" * 50,
        *strings.listed("hɪˈbɑːɹi kˈæt ˈ a 1 /XX/ [[x]] _ ;:,"),
    ]
    pairs = [(strings.token(rng), rng.choice(sounds)) for _ in range(rng.randint(0, 5))]
    text = " ".join(word + rng.choice(("", "'s", "-x", ".")) for word, _ in pairs) + strings.text(rng, 3)
    if rng.random() < 0.4:
        return dict(pairs), text
    content = "".join(word + rng.choice("\t\t\t ") + said + "\n" for word, said in pairs)
    encoded = content.encode("utf-8", "surrogatepass")
    return (strings.mutated_bytes(rng, encoded) if rng.random() < 0.3 else encoded), text


@functools.cache
def _checkpoints() -> Sequence[bytes]:
    names = ("checkpoint_legacy.pth", "checkpoint_zip.pth", "tiny_vocoder.pth")
    good = [(DATA / name).read_bytes() for name in names]
    good += [pickles.legacy(pickles.tensor_pickle(), pickles.STORED, ["0"])]
    good += [pickles.archive(pickles.tensor_pickle(view=False), **{"0": pickles.SIX})]
    return good


@functools.cache
def _bombs() -> Sequence[bytes]:
    kinds = (*pickles.bombs(), *pickles.claims(), *pickles.large(20_000))
    return [content for _, content in kinds]


def checkpoint(rng: random.Random) -> bytes:
    """Return a good file with faults, a bomb, a bomb with faults, or random opcodes."""
    match rng.randrange(4):
        case 0 | 1:
            return strings.mutated_bytes(rng, rng.choice(_checkpoints()))
        case 2:
            bomb = rng.choice(_bombs())
            return strings.mutated_bytes(rng, bomb) if rng.random() < 0.7 else bomb
        case _:
            content = pickles.whole(_opcodes(rng))
            return pickles.archive(content) if rng.random() < 0.5 else pickles.legacy(content)


def _opcodes(rng: random.Random) -> bytes:
    """Return opcodes, most of which find on the stack what they need."""
    values = (
        b"N",
        b"\x88",
        b"K\x07",
        b"J\xff\xff\xff\xff",
        b"G" + bytes(8),
        b")",
        b"]",
        b"}",
        pickles.text("a"),
    )
    values += (
        pickles.global_name("collections", "OrderedDict"),
        pickles.global_name("torch", "FloatStorage"),
    )
    values += (pickles.tensor(view=False), pickles.shared_tuple(30), pickles.shared_list(30))
    changes = (b"(", b"t", b"\x85", b"\x86", b"\x87", b"a", b"e", b"s", b"u", b"R", b"b", b"Q")
    content = rng.choice((b"", b"}", b"}" + pickles.text("k")))
    for _ in range(rng.randint(1, 60)):
        kind = rng.random()
        if kind < 0.45:
            content += rng.choice(values)
        elif kind < 0.8:
            content += rng.choice(changes)
        elif kind < 0.97:
            content += rng.choice(b"qh").to_bytes(1, "little") + bytes([rng.randrange(4)])
        else:
            content += rng.randbytes(1)
    return content + rng.choice((b"", b"s", b"0}"))


@functools.cache
def _descriptions() -> Sequence[str]:
    names = ("model.yml", "composite-model.yml", "quantization.yml")
    paths = sorted(path for name in names for path in (ROOT / "models").rglob(name))
    return [path.read_text(encoding="utf-8") for path in paths]


@functools.cache
def _yaml_bombs() -> Sequence[str]:
    return [content for _, content in (*yamls.bombs(), *yamls.long_ones(3000))]


def description(rng: random.Random) -> tuple[str, bytes]:
    """Return the name of a file of the zoo and its content."""
    name = rng.choice(("model.yml", "model.yml", "composite-model.yml", "quantization.yml"))
    kind = rng.random()
    if kind < 0.6:
        whole = rng.choice(_descriptions())
        lines = whole.splitlines(keepends=True)
        for _ in range(rng.randint(0, 2)):
            at = rng.randrange(len(lines))
            lines[at : at + 1] = rng.choice(([], [lines[at]] * 2, [_line(rng)], [lines[at], _line(rng)]))
            lines = lines or [_line(rng)]
        whole = "".join(lines)
        content = (strings.mutated(rng, whole) if rng.random() < 0.5 else whole).encode(
            "utf-8", "surrogatepass"
        )
    elif kind < 0.75:
        content = rng.choice(_yaml_bombs()).encode()
    else:
        content = "".join(_line(rng) for _ in range(rng.randint(0, 12))).encode("utf-8", "surrogatepass")
    return name, (strings.mutated_bytes(rng, content) if rng.random() < 0.2 else content)


def _line(rng: random.Random) -> str:
    keys = strings.listed("files name size source checksum shape layout $type url id texts << preset")
    values = strings.listed(
        "0|-1|1.5|[]|{}|~|true|http://[::1|../a|[1, 2]|{a: b}|*a|&a [x]|!!set {a}|2020-02-31|0x1F|1:1:1|!!binary aa==",
        '\'|"\\ud800"|"\\0"|>|- - - a|[[[[[[|' + "(" * 200,
        by="|",
    )
    value = rng.choice(values) if rng.random() < 0.7 else strings.token(rng)
    return f"{' ' * rng.choice((0, 0, 2, 4))}{rng.choice(('', '- '))}{rng.choice(keys)}: {value}\n"


def address(rng: random.Random) -> tuple[str, str]:
    """Return an address or a path, and a good address that it may be relative to."""
    parts = strings.listed(
        "http:|https:|file:|ftp:|//|/|\\|@|:|[::1]|[|]|127.0.0.1|example.org|..|.|a| |%00|%|?|#|:80|:99999|xn--",
        "\x00|\n|ü|\xff|con|NUL.txt|.part|" + "a" * 70,
        by="|",
    )
    whole = "".join(rng.choice(parts) for _ in range(rng.randint(0, 8)))
    return whole, rng.choice(("https://example.org/a/b?c", "http://[::1]:8080/x"))


def sentences(rng: random.Random) -> list[list[tuple[str, str, float, float]]]:
    """Return sentences, each a list of words: what is written, the phonemes, when it begins and ends."""
    at = 0.0
    found = []
    for _ in range(rng.randint(0, 4)):
        words = []
        for _ in range(rng.choice((0, 1, 3, 12, 60))):
            begin = at + rng.choice((0.0, 0.01, 0.5))
            at = begin + rng.choice((0.0, 0.0116, 0.3, 9.0))
            written = strings.token(rng) + rng.choice((" ", "", "\n\n"))
            written = written.encode(errors="replace").decode()  # half a character is refused at the door
            words.append((written, rng.choice(("kˈæt", "ə", "A.")), begin, at))
        found.append(words)
    return found


def name(rng: random.Random) -> str:
    """Return the name of a file to write, without folders."""
    whole = strings.token(rng) if rng.random() < 0.7 else "a" * rng.choice((1, 200, 250, 255, 256, 5000))
    return whole.replace("/", "_") + rng.choice(
        (".wav", ".json", ".srt", ".vtt", ".JSON", "", ".", ".wav.json")
    )
