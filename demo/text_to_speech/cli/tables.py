"""What the options that print something and stop print; whatever they need is imported when they are given."""

from __future__ import annotations

from .frame import FAILED, put


def phonemes() -> str:
    """Return the phonemes that a lexicon may use, with a word for each."""
    from ..text import phoneme_table

    return phoneme_table()


def voices() -> str:
    """Return the voices, one on each line."""
    from .chosen import voice_lines

    return "\n".join(voice_lines())


def vocoders() -> str:
    """Return the vocoders, one on each line."""
    from .chosen import vocoder_lines

    return "\n".join(vocoder_lines())


def doctor() -> str:
    """Return what is installed; end with exit status 1 if something that speaking needs is missing."""
    from .doctor import examine

    lines, healthy = examine()
    if not healthy:
        put("\n".join(lines))
        raise SystemExit(FAILED)
    return "\n".join(lines)


def clear_cache() -> str:
    """Clear the cache, and return what was removed."""
    from .doctor import clear

    return "\n".join(clear())
