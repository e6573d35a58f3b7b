"""What a user may have meant: the known name, option or file that is nearest to one that is not there."""

from __future__ import annotations

import difflib
import itertools
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

_CUTOFF = 0.7  # similarity from which on a name is worth a question, 0..1
_MOST_FILES = 5_000  # names of a folder that are compared

# Options by which other speech programs call what this one has under another name.
OTHER_NAMES: Mapping[str, str] = {
    "--rate": "--speed",
    "--length-scale": "--alpha",
    "--length_scale": "--alpha",
    "--output": "--out",
    "--output_file": "--out",
    "--output-file": "--out",
    "-f": "-o",
    "--file": "-i",
    "--text": "-i",
    "--samplerate": "--sample-rate",
    "--model": "--vocoder",
    "-m": "--vocoder",
    "-v": "--voice",
    "--silent": "--quiet",
}


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that is most like another one, whatever the case; nothing where none is like it."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    found = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=_CUTOFF)
    return by_folded[found[0]] if found else ""


def question(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean NAME?" for an error message; nothing where no known name is near."""
    found = nearest(name, known)
    return f"; did you mean {found}?" if found else ""


def option_question(given: str, known: Iterable[str]) -> str:
    """Return the question for an option that is not known, such as `--lenght=2`."""
    options = set(known)
    name = given.partition("=")[0]
    other = OTHER_NAMES.get(name, "")
    if other in options:
        return f"; did you mean {other}?"
    return question(name, (option for option in options if len(option) > 2))


def file_question(path: str | Path) -> str:
    """Return the question for a file that is not there: the nearest name in its folder."""
    path = Path(path)
    try:
        with os.scandir(path.parent) as entries:
            names = [entry.name for entry in itertools.islice(entries, _MOST_FILES)]
    except (OSError, ValueError):
        return ""
    found = nearest(path.name, names)
    return f"; did you mean {path.parent / found}?" if found else ""
