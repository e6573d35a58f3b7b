"""A document becomes a script: its blocks with their pauses, its emphasis, and what is left out."""

from __future__ import annotations

import logging
import re
from collections import Counter

from ..errors import InputError
from ..text.grouped_warnings import one_document, warn
from ..text.languages import english
from .directions import Delivery, parse_time
from .document import ROLES, Document, DocumentBlock, Run, cut_runs
from .inline_phonemes import with_inline_phonemes
from .plain import PAUSE
from .script import Script
from .script_builder import ScriptBuilder
from .ssml_values import EMPHASIS

logger = logging.getLogger(__name__)

# What is said instead of a block of code.
CODE_LEFT_OUT = "Code omitted."

# Seconds of silence at a horizontal line.
RULE_PAUSE = 1.2

# Emphasis on more characters is a matter of print: whole paragraphs in bold or italics are not stressed.
LONGEST_EMPHASIS = 60


def script_of(
    document: Document,
    blocks: tuple[DocumentBlock, ...],
    speak: frozenset[str] = frozenset(),
    *,
    reports: bool = True,
) -> Script:
    """Return the script of some blocks of a document; see `Document.script`.

    Args:
        document: The document.
        blocks: Its blocks.
        speak: Roles whose texts are spoken, too.
        reports: Whether it is logged what is left out.
    """
    if unknown := sorted(speak - ROLES.keys()):
        raise InputError(f"speak {unknown[0]!r}: expected names among {', '.join(ROLES)}")
    with one_document():
        script = ScriptBuilder()
        skipped: Counter[str] = Counter()
        code_goes_on = False
        for block in blocks:
            _add_block(script, block, speak, skipped, code_goes_on=code_goes_on)
            code_goes_on = block.kind == "code" and not block.ends_paragraph
        if reports:
            report_left_out(skipped)
        return with_inline_phonemes(script.build(document.source), lambda offset: f"offset {offset}")


def _add_block(
    script: ScriptBuilder,
    block: DocumentBlock,
    speak: frozenset[str],
    skipped: Counter[str],
    *,
    code_goes_on: bool,
) -> None:
    """Append a block, or count what it leaves out; instead of the first line of code, say that it is left out."""
    if block.kind == "rule":
        if script.length:
            script.add_pause(RULE_PAUSE)
        return
    runs = []
    for run in block.runs:
        silent = sorted((block.roles | run.roles) - speak)
        if not silent:
            runs.append(run)
        elif run.text.strip():
            skipped[silent[0]] += len("".join(run.text.split()))
    if block.runs and not code_goes_on and block.roles - speak == {"code"}:
        runs = [Run(CODE_LEFT_OUT, block.runs[0].start, block.runs[-1].end)]
    if not any(run.text.strip() for run in runs):
        return
    script.begin_block()
    pauses = list(PAUSE.finditer("".join(run.text for run in runs)))
    done = -1
    for run, index in cut_runs(runs, [pause.span() for pause in pauses]):
        if index < 0:
            _add_run(script, run, is_stressed=block.kind != "heading")
        elif index != done:
            done = index
            _add_pause(script, run, pauses[index])
    script.set_delivery(Delivery())
    script.end_block(ends_paragraph=block.ends_paragraph, is_sentence=block.kind == "row")
    script.add_space(runs[-1].end)


def _add_run(script: ScriptBuilder, run: Run, *, is_stressed: bool) -> None:
    """Append the words of a run."""
    is_stressed = is_stressed and len(run.text) <= LONGEST_EMPHASIS
    script.set_delivery(EMPHASIS[run.emphasis] if run.emphasis and is_stressed else Delivery())
    script.set_language(_english_of(run))
    # Every word is somewhere: what stands for no character of the source stands for the one before it.
    end = max(run.end, 1)
    script.add_text(run.text, min(run.start, end - 1) if run.text.strip() else run.start, end)


def _english_of(run: Run) -> str:
    """Return the kind of English that a run is in; empty for that of the voice, which reads other languages too."""
    if not run.language or run.language.strip().lower() == "en":
        return ""
    try:
        return english(run.language)
    except InputError:
        return ""


def _add_pause(script: ScriptBuilder, run: Run, written: re.Match[str]) -> None:
    """Append a pause, which is written in the text as in plain text."""
    script.add_space(run.start)
    try:
        script.add_pause(parse_time(written[1].strip()))
    except InputError as error:
        raise InputError(f"{written[0]} at offset {run.start}: {error}") from None


def report_left_out(skipped: Counter[str]) -> None:
    """Warn once of all that is left out."""
    if skipped:
        parts = (f"{ROLES[role]} ({count:,} characters)" for role, count in sorted(skipped.items()))
        warn(logger, "texts left out", f"not read aloud: {', '.join(parts)}")
