"""Who speaks what: the narrator, the people of a story in quotation marks, and those that the text names.

    cast = Cast.of(dialogue="pitch=-2,speed=0.95", lines=["Emma: heart pitch=1", "Tom: pitch=-3"])
    segments = cast.segments(script)

A part is the name of a voice, a manner (`pitch`, `speed`, `volume`), or both. In a text, "[voice Emma] Come in!" gives
a part the words up to the end of the paragraph, to the next such mark, or to "[/voice]".
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..errors import InputError
from ..script.directions import Delivery, Manner, MannerOptions
from ..script.script import Block, Script
from ..store.voices_yml import find_voice, voices

_MARK = re.compile(r"\[(?:voice[ \t]+([^\[\]\n]{1,60}?)[ \t]*|/voice)\]")
_SETTING = re.compile(r"(pitch|speed|volume)=(\S+)")
_QUOTES = {"“": "”", "«": "»", "„": "“"}
# After a single closing quotation mark no letter follows, and before it stands a punctuation mark: else it is an
# apostrophe.
_SINGLE = re.compile(r"(?<!\w)‘(?=\w)[^‘]*?[,.!?…—]’(?!\w)")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*\s*$")
CLAUSE_PAUSE = 0.12  # seconds between two voices within a sentence


@dataclass(frozen=True)
class Role:
    """How a part is spoken.

    Attributes:
        voice: Name of the voice; empty for that of the narrator.
        delivery: What is added to the narrator's manner.
    """

    voice: str = ""
    delivery: Delivery = field(default_factory=Delivery)


@dataclass(frozen=True)
class Segment:
    """A piece of a script that one voice speaks.

    Attributes:
        voice: Name of the voice; empty for that of the narrator.
        script: What it speaks, with the offsets of the whole script.
        pause: Seconds of silence before it, in a script of several voices.
    """

    voice: str
    script: Script
    pause: float = 0.0


@dataclass(frozen=True)
class Cast:
    """Who speaks what.

    Attributes:
        dialogue: How text in quotation marks is spoken; None for like the rest.
        roles: How the parts are spoken that the text names, by their names in small letters.
    """

    dialogue: Role | None = None
    roles: Mapping[str, Role] = field(default_factory=dict)

    @classmethod
    def of(cls, *, dialogue: str | None = None, lines: Iterable[str] = (), name: str = "the cast") -> Cast:
        """Return the cast that options and a file describe.

        Args:
            dialogue: A part for what is in quotation marks.
            lines: Lines of a cast file, `name: part`; empty ones and those that begin with # are ignored.
            name: What the file is called in messages.

        Raises:
            InputError: A line is no part, names no voice, or a name is there twice.
        """
        roles: dict[str, Role] = {}
        for number, line in enumerate(lines, start=1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            who, colon, what = line.partition(":")
            key = " ".join(who.split()).casefold()
            if not colon or not key or key in roles:
                wrong = "is there twice" if key in roles else "is no part"
                raise InputError(
                    f"{name}, line {number}: {line.strip()[:60]!r} {wrong}; expected for example Emma: heart"
                )
            try:
                roles[key] = parse_role(what)
            except InputError as error:
                raise InputError(f"{name}, line {number}: {error}") from None
        return cls(parse_role(dialogue) if dialogue is not None else None, roles)

    @classmethod
    def read(cls, path: Path | None, *, dialogue: str | None = None) -> Cast:
        """Return the cast of a file and of an option; see `of`.

        Raises:
            InputError: The file cannot be read; or see `of`.
        """
        if path is None:
            return cls.of(dialogue=dialogue)
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8"
            raise InputError(
                f"cast file {path}: cannot be read ({reason}); expected a text file in UTF-8"
            ) from None
        return cls.of(dialogue=dialogue, lines=lines, name=f"cast file {path}")

    @property
    def voices(self) -> frozenset[str]:
        """The names of the voices that speak besides the narrator."""
        roles = [*self.roles.values(), *([self.dialogue] if self.dialogue else [])]
        return frozenset(role.voice for role in roles if role.voice)

    def segments(self, script: Script, *, manner: Manner, narrator: str) -> tuple[Segment, ...]:
        """Return a script as pieces that one voice speaks each; it is one piece where nothing changes the voice.

        Raises:
            InputError: A mark names nobody.
        """
        spans = list(self._spans(script))
        script = replace(script, text=without_marks(script.text))
        if not spans:
            return (Segment("", script),)
        script = _with_deliveries(script, spans)
        cuts = _cuts(script, [(start, stop, role.voice) for start, stop, role in spans], narrator)
        if len(cuts) == 1:
            return (Segment(cuts[0][2], script),)
        pieces = [(voice, _between(script, start, stop), stop) for start, stop, voice in cuts]
        found: list[Segment] = []
        pause = 0.0
        for voice, piece, stop in pieces:
            if any(script.text[block.start : block.end].strip(' “”"') for block in piece.blocks):
                found.append(Segment(voice, piece, pause if found else 0.0))
                pause = _pause_at(script, stop, manner)
        return tuple(found)

    def _spans(self, script: Script) -> Iterator[tuple[int, int, Role]]:
        """Yield spans of the text that are not the narrator's, in their order and apart from one another."""
        for block in script.blocks:
            text = script.text[block.start : block.end]
            taken = [*self._marked(text)]
            quoted = quotations(text) if self.dialogue else []
            for start, stop in quoted:
                if self.dialogue and not any(start < other[1] and other[0] < stop for other in taken):
                    taken.append((start, stop, self.dialogue))
            for start, stop, role in sorted(taken, key=lambda span: span[0]):
                yield block.start + start, block.start + stop, role

    def _marked(self, text: str) -> Iterator[tuple[int, int, Role]]:
        marks = list(_MARK.finditer(text))
        for mark, following in zip(marks, [*marks[1:], None], strict=False):
            if mark[1]:
                yield mark.end(), following.start() if following else len(text), self._role(mark[1])

    def _role(self, name: str) -> Role:
        key = " ".join(name.split()).casefold()
        if key in self.roles:
            return self.roles[key]
        if key in {voice.casefold() for voice in voices()}:
            return Role(find_voice(name).name)
        known = ", ".join([*self.roles, *voices()])
        raise InputError(
            f"[voice {name}] names neither a part nor a voice: expected one of {known}, see --cast"
        )


def parse_role(written: str) -> Role:
    """Return the part that a text such as "emma pitch=-2,speed=0.95" describes.

    Raises:
        InputError: It names several voices or none that exists, or a number is out of range.
    """
    voice, options = "", MannerOptions()
    for word in re.split(r"[,\s]+", written.strip()):
        setting = _SETTING.fullmatch(word)
        if setting:
            try:
                options[setting[1]] = float(setting[2])  # type: ignore[literal-required]
            except ValueError:
                raise InputError(f"{word!r}: expected a number, as in pitch=-2") from None
        elif word and not voice and "=" not in word:
            voice = find_voice(word).name
        else:
            raise InputError(
                f"{written.strip()[:60]!r}: expected a voice, pitch=, speed= or volume=, as in heart pitch=-2"
            )
    return Role(voice, Manner().changed(options).delivery)


def without_marks(text: str) -> str:
    """Return a text of the same length in which the marks that name voices are spaces: they are not spoken.

    Example:
        >>> without_marks("[voice Emma] Come in!")
        '             Come in!'
    """
    return _MARK.sub(lambda match: " " * len(match[0]), text)


def quotations(text: str) -> list[tuple[int, int]]:
    """Return the spans of a paragraph that are in quotation marks, the marks included.

    One that is opened and not closed lasts to the end of the paragraph: the same person goes on in the next one.
    Single quotation marks count where the paragraph has no double ones.
    """
    found = []
    closing, start = "", 0
    for at, character in enumerate(text):
        if closing:
            if character == closing:
                found.append((start, at + 1))
                closing = ""
        elif character in _QUOTES:
            closing, start = _QUOTES[character], at
        elif character == '"':
            closing, start = '"', at
    if closing:
        found.append((start, len(text)))
    return found or [match.span() for match in _SINGLE.finditer(text)]


def _with_deliveries(script: Script, spans: Sequence[tuple[int, int, Role]]) -> Script:
    """Return a script in which the words of parts are spoken in their manner."""
    edges = {
        0,
        *(at for at, _ in script.deliveries),
        *itertools.chain(*((start, stop) for start, stop, _ in spans)),
    }
    starts = [start for start, _, _ in spans]
    deliveries = []
    for at in sorted(edges):
        own = script.delivery(at)
        index = bisect.bisect_right(starts, at) - 1
        if index >= 0 and at < spans[index][1]:
            own = own.under(spans[index][2].delivery)
        deliveries.append((at, own))
    return replace(script, deliveries=tuple(deliveries))


def _cuts(script: Script, spans: Sequence[tuple[int, int, str]], narrator: str) -> list[tuple[int, int, str]]:
    """Return the pieces of the text that one voice speaks each, with the voice's name, empty for the narrator's."""
    pieces: list[tuple[int, int, str]] = []
    at = 0
    for start, stop, voice in [*spans, (len(script.text), len(script.text), "")]:
        for first, last, name in ((at, start, ""), (start, stop, voice if voice != narrator else "")):
            if first == last:
                continue
            if pieces and pieces[-1][2] == name:
                pieces[-1] = (pieces[-1][0], last, name)
            else:
                pieces.append((first, last, name))
        at = stop
    return pieces or [(0, len(script.text), "")]


def _between(script: Script, start: int, stop: int) -> Script:
    """Return what of a script lies between two offsets, with the offsets of the whole."""
    blocks = []
    for block in script.blocks:
        first, last = max(block.start, start), min(block.end, stop)
        if script.text[first:last].strip():
            whole = last == block.end
            blocks.append(Block(first, last, block.ends_paragraph and whole, block.is_sentence))
    inside = tuple(direction for direction in script.directions if start <= direction.at < stop)
    return replace(script, blocks=tuple(blocks), directions=inside)


def _pause_at(script: Script, at: int, manner: Manner) -> float:
    """Return the seconds of silence where another voice begins."""
    if any(block.end <= at and not script.text[block.end : at].strip() for block in script.blocks):
        return manner.pause_paragraph
    return manner.pause_sentence if _SENTENCE_END.search(script.text[:at]) else CLAUSE_PAUSE
