"""What is fuzzed: for each target how an input is made, and what must hold for it."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass

from . import documents, file_cases, strings

Check = Callable[[object], None]


@dataclass(frozen=True)
class Target:
    """Something that reads what others wrote.

    Attributes:
        name: Of it.
        make: Returns an input, made from random numbers; its repr makes it again.
        prepare: Loads what is needed, once per process, and returns the function that checks an input: it raises an
            AssertionError for what does not hold, and lets errors that nobody expects through.
        cpu_seconds: How long one input may take.
    """

    name: str
    make: Callable[[random.Random], object]
    prepare: Callable[[], Check]
    cpu_seconds: float = 5.0


def _of_texts(name: str) -> Callable[[], Check]:
    def prepare() -> Check:
        from . import text_checks

        check: Check = getattr(text_checks, name)()
        return check

    return prepare


def _of_files(name: str) -> Callable[[], Check]:
    def prepare() -> Check:
        from . import file_checks

        check: Check = getattr(file_checks, name)
        return check

    return prepare


def _planted() -> Check:
    """Return a check with one fault of each kind that the tests of the fuzzer have to find."""

    def check(case: object) -> None:
        if case == "error":
            raise ValueError("a planted fault")
        while case == "hang":
            pass
        if case == "crash":
            os.abort()
        if case == "memory":
            assert len(b"x" * 500_000_000)

    return check


_ALL = (
    Target("text", strings.text, _of_texts("plain_texts")),
    Target("ssml", documents.document, _of_texts("ssml_documents")),
    Target("markdown", documents.markdown, _of_texts("markdown_documents")),
    Target("html", documents.page, _of_texts("html_documents")),
    Target("lexicon", file_cases.lexicon, _of_texts("lexicons")),
    Target("checkpoint", file_cases.checkpoint, _of_files("checkpoint"), cpu_seconds=3.0),
    Target("model_yml", file_cases.description, _of_files("description")),
    Target("address", file_cases.address, _of_files("address"), cpu_seconds=1.0),
    Target("timings", file_cases.sentences, _of_files("timings"), cpu_seconds=2.0),
    Target("names", file_cases.name, _of_files("name"), cpu_seconds=1.0),
)
TARGETS = {target.name: target for target in _ALL}
PLANTED = Target(
    "planted", lambda rng: rng.choice(("good", "error", "hang", "crash", "memory")), _planted, cpu_seconds=0.5
)
RUNNABLE = {**TARGETS, PLANTED.name: PLANTED}
