"""From what the judges heard of lines of text to figures: word errors, quality, accidents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .hearing import Heard
from .judges import mean_quality
from .measures import WordErrors, repeated_words, skipped_words, word_errors

Lines = Sequence[tuple[str, Heard]]  # a text in the spelling of `judges.normaliser`, and what was heard of it


def error_rate(lines: Lines) -> float:
    """Return the word error rate over all words of the lines, in per cent."""
    return 100.0 * sum((word_errors(text, h.transcript) for text, h in lines), WordErrors()).rate


def quality(lines: Lines) -> dict[str, float]:
    """Return the predicted opinion scores, averaged over the lines that were rated.

    Returns:
        `dnsmos` (overall), `p808`, `distillmos`, and `worst`: the line that DistillMOS likes least.
    """
    mean = mean_quality([h.quality for _, h in lines if h.quality])
    opinions = [h.opinion for _, h in lines if h.opinion is not None]
    return {
        "dnsmos": mean.overall,
        "p808": mean.p808,
        "distillmos": float(np.mean(opinions)),
        "worst": float(min(opinions)),
    }


def clicks_per_minute(lines: Lines) -> float:
    """Return the clicks of all lines in a minute of them."""
    return 60.0 * sum(h.clicks for _, h in lines) / sum(h.seconds for _, h in lines)


def recognised(lines: Lines) -> int:
    """Count the lines of which each word was understood and none too many."""
    return sum(h.transcript == text for text, h in lines)


def accidents(lines: Lines, copies: Lines) -> list[dict[str, Any]]:
    """Find the lines in which the voice repeats or skips words and the copy synthesis does not.

    Args:
        lines: What was heard of the voice.
        copies: What was heard of the copy synthesis of the same texts.

    Returns:
        Of each such line its text, what was heard, and the words `repeated` and `skipped`.
    """
    found = []
    for (text, heard), (_, copy) in zip(lines, copies, strict=True):
        also = repeated_words(text, copy.transcript)
        repeated = [word for word in repeated_words(text, heard.transcript) if word not in also]
        skipped = skipped_words(text, heard.transcript, copy.transcript)
        if repeated or skipped:
            found.append({"text": text, "heard": heard.transcript, "repeated": repeated, "skipped": skipped})
    return found


def differences(lines: Lines) -> list[dict[str, str]]:
    """Return the lines that were not understood exactly, for the eye."""
    return [{"text": text, "heard": h.transcript} for text, h in lines if h.transcript != text]
