"""The voice that fits what is asked for: by its name, or else by language and sex."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ..errors import InputError
from .mixture import is_mixture, mixture
from .voice import Voice, check_name

# Kokoro's names, such as af_heart and bm_george, begin with letters for the language and the sex.
KOKORO_LANGUAGES = {"a": "en-US", "b": "en-GB"}
KOKORO_SEXES = {"f": "female", "m": "male"}

_KOKORO = re.compile(r"([ab])([fm])_(\w+)")
# The languages in names such as en-GB-RyanNeural and en-US-Standard-C, of the services of other companies.
_TAG = re.compile(r"(?<![A-Za-z0-9])[a-z]{2,3}[-_][A-Z]{2}(?![A-Za-z0-9])")


def find(name: str, known: Mapping[str, Voice]) -> Voice:
    """Return the voice of a name, in any case, or a mixture such as "heart:0.6+emma:0.4".

    Raises:
        InputError: There is no such voice, or the voices cannot be mixed; see `mixture`.
    """
    return mixture(name, known) if is_mixture(name) else known[check_name(name, known)]


def named(name: str, known: Mapping[str, Voice]) -> Voice | None:
    """Return the voice that has a name, in any case: its own, that of a mixture, or Kokoro's for it; else None.

    Example:
        >>> named("bm_george", voices()).name
        'george'
    """
    wanted = name.strip().casefold()
    if is_mixture(wanted):
        try:
            return mixture(wanted, known)
        except InputError:
            return None
    kokoro = _KOKORO.fullmatch(wanted)
    for voice in known.values():
        own = voice.name.casefold()
        if own == wanted or (kokoro and own == kokoro[3] and _fits_kokoro(voice, kokoro)):
            return voice
    return None


def choose(
    known: Mapping[str, Voice],
    present: Voice,
    *,
    names: Sequence[str] = (),
    gender: str = "",
    languages: Sequence[str] = (),
    variant: int = 0,
    text_language: str = "",
) -> Voice | None:
    """Return the voice that fits best, or None if none fits.

    The first name that there is decides. If there is none of them, language and sex decide, which a name may tell, too:
    en-GB-RyanNeural is a British voice. Of several that fit, the present one stays; otherwise the one that is most like
    it is taken: of the same language, then of the same sex, then the first.

    Args:
        known: All voices by name.
        present: The voice that speaks so far.
        names: Names of voices, the one that is wanted most first.
        gender: `female` or `male`; empty for either.
        languages: BCP 47 tags, of which one is to be spoken; none for any. A tag without a region is any region's.
        variant: Which of those that fit, counted from 1 in the order of `known`; 0 for the one most like the present.
        text_language: Language of the text, which counts as that of the present voice; empty for its own.
    """
    for name in names:
        if voice := named(name, known):
            return voice
    languages = languages or list(_told(names, _language_of))[:1]
    gender = gender or next(_told(names, _sex_of), "")
    if not (languages or gender or variant):
        return None if names else present
    fitting = [voice for voice in known.values() if _fits(voice, languages, gender)]
    if variant and fitting:
        return fitting[min(variant, len(fitting)) - 1]
    if _fits(present, languages, gender):
        return present
    language = text_language or present.language

    def likeness(voice: Voice) -> tuple[bool, bool]:
        return speaks(voice, language), voice.sex == present.sex

    return max(fitting, key=likeness, default=None)


def speaks(voice: Voice, tag: str) -> bool:
    """Tell whether a voice speaks a language, in any region where the tag has none."""
    own, wanted = (one.casefold().replace("_", "-") for one in (voice.language, tag))
    return own == wanted or own.partition("-")[0] == wanted


def _fits(voice: Voice, languages: Sequence[str], gender: str) -> bool:
    fits_language = not languages or any(speaks(voice, tag) for tag in languages)
    return fits_language and gender in ("", voice.sex)


def _told(names: Iterable[str], of: Callable[[str], str]) -> Iterator[str]:
    """Yield what names tell of a voice, where they do."""
    return filter(None, map(of, names))


def _language_of(name: str) -> str:
    if kokoro := _KOKORO.fullmatch(name.casefold()):
        return KOKORO_LANGUAGES[kokoro[1]]
    tag = _TAG.search(name)
    return tag[0] if tag else ""


def _sex_of(name: str) -> str:
    kokoro = _KOKORO.fullmatch(name.casefold())
    return KOKORO_SEXES[kokoro[2]] if kokoro else ""


def _fits_kokoro(voice: Voice, kokoro: re.Match[str]) -> bool:
    return voice.language == KOKORO_LANGUAGES[kokoro[1]] and voice.sex == KOKORO_SEXES[kokoro[2]]
