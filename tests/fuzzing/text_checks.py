"""What must hold for every text, document and lexicon on its way to the phonemes."""

from __future__ import annotations

import collections
import logging
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from text_to_speech.errors import InputError
from text_to_speech.script import Script, parse_text
from text_to_speech.script.directions import Manner, Mark
from text_to_speech.script.document import Document
from text_to_speech.script.html_reader import read_html
from text_to_speech.script.markdown_reader import read_markdown
from text_to_speech.script.ssml import parse_ssml
from text_to_speech.script.utterances import Utterance, utterances
from text_to_speech.text import SYMBOLS, Lexicon, Phonemizer
from text_to_speech.text.normalization.informal import FACES

LONGEST_UTTERANCE = 400  # phonemes, about 28 s of speech
_PLAIN_PAUSE = re.compile(r"(?<!\[)\[pause +[+-]?[\d.][^\[\]]{0,20}\](?!\])")
_LETTERS = re.compile(r"[A-Za-z]+")
_KNOWN = frozenset(SYMBOLS[1:])
_REPR = re.compile(r"\b\w+\(\w+=|<\w+ object at|Traceback")  # a value of Python is no message for people


def plain_texts() -> Callable[[object], None]:
    _quiet()
    phonemizer = Phonemizer()

    def check(case: object) -> None:
        assert isinstance(case, str)
        try:
            script = parse_text(case)
            said = list(utterances(script, phonemizer, Manner(), median_f0=196.0))
        except InputError as error:
            _check_message(error)
            return
        _check_utterances(said, script)
        _check_nothing_lost(said, case)
        if len(case) % 8 == 0:
            assert list(utterances(script, phonemizer, Manner(), median_f0=196.0)) == said, (
                "the same text, read differently"
            )

    return check


def ssml_documents() -> Callable[[object], None]:
    _quiet()
    phonemizer = Phonemizer()

    def check(case: object) -> None:
        assert isinstance(case, str)
        try:
            script = parse_ssml(case)
        except InputError as error:
            _check_message(error, expected=r"SSML(?:, line \d+, column \d+)?: ")
            return
        said = list(
            utterances(script, phonemizer, Manner(), median_f0=196.0)
        )  # what is accepted at first is refused no more
        _check_utterances(said, script)
        asked = collections.Counter(d.name for d in script.directions if isinstance(d, Mark))
        come = collections.Counter(name for one in said for _, name in (*one.marks, *one.marks_in_pause))
        assert come == asked, f"marks {dict(come)}, expected {dict(asked)}"

    return check


def markdown_documents() -> Callable[[object], None]:
    return _documents(read_markdown)


def html_documents() -> Callable[[object], None]:
    return _documents(read_html)


def _documents(read: Callable[[str], Document]) -> Callable[[object], None]:
    _quiet()
    phonemizer = Phonemizer()

    def check(case: object) -> None:
        assert isinstance(case, str)
        document = read(case)  # no text is refused
        for block in document.blocks:
            assert block.kind == "rule" or block.text, "a block without text"
            assert all(0 <= run.start <= run.end <= len(case) for run in block.runs), (
                "a run outside of the source"
            )
            assert all(0 <= anchor.at <= len(block.raw_text) for anchor in block.anchors), "a name outside"
        assert sum(len(block.raw_text) for block in document.blocks) < 100 * len(case) + 1_000
        try:
            script = document.script()
            said = list(utterances(script, phonemizer, Manner(), median_f0=196.0))
        except InputError as error:  # a pause that is none
            _check_message(error)
            return
        _check_utterances(said, script, in_order=False)

    return check


def lexicons() -> Callable[[object], None]:
    _quiet()
    phonemizer = Phonemizer()

    def check(case: object) -> None:
        content, text = case  # type: ignore[misc]
        try:
            if isinstance(content, dict):
                lexicon = Lexicon(content)
            else:
                with tempfile.TemporaryDirectory() as folder:
                    path = Path(folder) / "lexicon.txt"
                    path.write_bytes(content)
                    lexicon = Lexicon.read(path)
        except InputError as error:
            _check_message(error)
            return
        for word, phonemes in lexicon.words.items():
            assert phonemes, f"{word!r} has no phonemes"
            assert _KNOWN.issuperset(phonemes), f"{word!r}: {phonemes!r}"
        phonemizer._lexicon = lexicon  # to read the dictionaries for each case would take half a second
        try:
            script = parse_text(text)
        except InputError as error:  # a pause that is none
            _check_message(error)
            return
        _check_utterances(list(utterances(script, phonemizer, Manner(), median_f0=196.0)), script)

    return check


def _quiet() -> None:
    logging.getLogger("text_to_speech").setLevel(logging.ERROR)


def _check_message(error: InputError, expected: str = "") -> None:
    message = str(error)
    assert re.match(expected, message), f"no place in: {message}"
    assert len(message) < 1000, f"a message of {len(message)} characters"
    assert not _REPR.search(message), f"no message for people: {message}"


def _check_utterances(said: Sequence[Utterance], script: Script, *, in_order: bool = True) -> None:
    source = script.source
    before = 0
    for one in said:
        assert len(one.phonemes) <= LONGEST_UTTERANCE, f"an utterance of {len(one.phonemes)} phonemes"
        unknown = set(one.phonemes) - _KNOWN
        assert not unknown, f"phonemes {unknown}"
        assert 0 <= one.pause <= 60, f"a pause of {one.pause} s"
        assert 0 <= one.pause_after <= 60, f"a pause of {one.pause_after} s"
        assert all(0 <= index <= len(one.words) for index, _ in one.marks), f"marks {one.marks}"
        for word in one.words:
            start, end = word.span
            assert 0 <= start < end <= len(source), f"span {word.span} of {word.text!r} in {len(source)}"
            # A browser, too, moves text that stands between the rows of a table before the table.
            assert before <= word.offset or not in_order, (
                f"{word.text!r} begins at {word.offset}, after {before}"
            )
            assert word.offset <= len(source), f"{word.text!r} begins at {word.offset} of {len(source)}"
            before = word.offset
            assert word.phonemes, f"{word.text!r} has no phonemes"


def _check_nothing_lost(said: Sequence[Utterance], source: str) -> None:
    """Letters that everybody reads are within a word, and words are the characters of their places."""
    spans = [word.span for one in said for word in one.words]
    heard = bytearray(len(source))
    for start, end in spans:
        heard[start:end] = b"\x01" * (end - start)
    visible = _PLAIN_PAUSE.sub(lambda match: " " * len(match[0]), source)
    # The letters of a face are silent, by the very rule that says so.
    visible = FACES.regex.sub(lambda match: " " * len(match[0]), visible)
    for letters in _LETTERS.finditer(visible):
        assert any(heard[slice(*letters.span())]), f"{letters[0]!r} at {letters.start()} is not said"
    for one in said:
        for word in one.words:
            there = _PLAIN_PAUSE.sub(" ", source[slice(*word.span)])
            assert _same(word.text, there), f"{word.text!r} at {word.span}"


def _same(read: str, written: str) -> bool:
    """Tell whether characters are the same, but that white space is a space and what cannot be read U+FFFD."""
    return len(read) == len(written) and all(
        a == b or (a == " " and b.isspace()) or (a == "\ufffd" and not b.isprintable())
        for a, b in zip(read, written, strict=True)
    )
