"""A document becomes a script: its blocks with their pauses, its emphasis, and what is left out."""

from __future__ import annotations

import logging
import re
from collections import Counter

from ..errors import InputError
from ..text.grouped_warnings import one_document, warn
from .directions import Delivery
from .document import ROLES, Document, DocumentBlock, Run
from .inline_phonemes import with_inline_phonemes
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

_SPACE = re.compile(r"\s")


def script_of(document: Document, blocks: tuple[DocumentBlock, ...], speak: frozenset[str]) -> Script:
    """Return the script of some blocks of a document; see `Document.script`."""
    if unknown := sorted(speak - ROLES.keys()):
        raise InputError(f"speak {unknown[0]!r}: expected names among {', '.join(ROLES)}")
    with one_document():
        script = ScriptBuilder()
        skipped: Counter[str] = Counter()
        code_goes_on = False
        for block in blocks:
            _add_block(script, block, speak, skipped, code_goes_on=code_goes_on)
            code_goes_on = block.kind == "code" and not block.ends_paragraph
        _report(skipped)
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
    for run in runs:
        _add_run(script, run, is_stressed=block.kind != "heading" and _is_short(block, run))
    script.set_delivery(Delivery())
    script.end_block(ends_paragraph=block.ends_paragraph, is_sentence=block.kind == "row")
    script.add_space(runs[-1].end)


def _is_short(block: DocumentBlock, run: Run) -> bool:
    """Tell whether a run is so short, and so much shorter than its block, that its emphasis is meant to be heard."""
    return len(run.text) <= LONGEST_EMPHASIS


def _add_run(script: ScriptBuilder, run: Run, *, is_stressed: bool) -> None:
    """Append a run, in which "[pause 0.5s]" is a pause."""
    script.set_delivery(EMPHASIS[run.emphasis] if run.emphasis and is_stressed else Delivery())
    script.add_text(_SPACE.sub(" ", run.text), run.start, run.end)


def _report(skipped: Counter[str]) -> None:
    """Warn once of all that is left out."""
    if skipped:
        parts = (f"{ROLES[role]} ({count:,} characters)" for role, count in sorted(skipped.items()))
        warn(logger, "texts left out", f"not read aloud: {', '.join(parts)}")
