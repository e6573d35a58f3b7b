"""What a text asks of the voice that speaks a part of it: names, sex and languages, as SSML's `<voice>` has them.

A script knows no voices. It keeps what was asked for, and the pipeline finds the voice that fits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import InputError
from .ssml_values import choice

LONGEST_REQUEST = 1_000
"""Characters of an attribute of `<voice>`."""

_GENDERS = {"female": "female", "male": "male", "neutral": ""}


@dataclass(frozen=True)
class VoiceRequest:
    """What a text asks of the voice that speaks a part of it.

    Attributes:
        names: Names of voices, the one that is wanted most first.
        gender: `female` or `male`; empty for either.
        languages: BCP 47 tags of the languages of which it shall speak one.
        variant: Which of the voices that fit, counted from 1; 0 for the one that is most like the voice around.
        text_language: BCP 47 tag that the text around it names; empty for the language of the voice around.
        outer: What is asked of the voice around it; None for the voice of the text.
        place: Where in the document it is, for messages.
    """

    names: tuple[str, ...] = ()
    gender: str = ""
    languages: tuple[str, ...] = ()
    variant: int = 0
    text_language: str = ""
    outer: VoiceRequest | None = None
    place: str = field(default="", compare=False, repr=False)

    @property
    def asks(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.names or self.gender or self.languages or self.variant)

    def __str__(self) -> str:
        variant = f"number {self.variant}" if self.variant else ""
        parts = (" or ".join(self.names), " or ".join(self.languages), self.gender, variant)
        return ", ".join(part[:60] for part in parts if part)


def voice_request(
    attributes: Mapping[str, str],
    *,
    text_language: str = "",
    outer: VoiceRequest | None = None,
    place: str = "",
) -> VoiceRequest:
    """Return what the attributes of `<voice>` ask for (SSML 1.1, section 3.2.1, and `xml:lang` as in SSML 1.0).

    Raises:
        InputError: The gender or the variant is none.
    """
    for name in ("name", "languages", "xml:lang"):
        if len(attributes.get(name, "")) > LONGEST_REQUEST:
            raise InputError(
                f"{name} of {len(attributes[name])} characters; expected at most {LONGEST_REQUEST}"
            )
    tags = attributes.get("languages", "").split()
    gender = attributes.get("gender", "").strip().lower()
    return VoiceRequest(
        names=tuple(attributes.get("name", "").split()),
        gender=choice("gender", gender, _GENDERS) if gender else "",
        languages=(*attributes.get("xml:lang", "").split()[:1], *map(_language, tags)),
        variant=_variant(attributes.get("variant", "").strip()),
        text_language=text_language,
        outer=outer,
        place=place,
    )


def _language(written: str) -> str:
    """Return the tag of a language, or of the accent with which it shall be spoken: `en:en-GB` is en-GB."""
    language, _, accent = written.partition(":")
    primary = language.lower().replace("_", "-").partition("-")[0]
    return accent if accent.lower().replace("_", "-").partition("-")[0] == primary else language


def _variant(written: str) -> int:
    if not written:
        return 0
    if not (written.isascii() and written.isdigit() and len(written) <= 3 and int(written)):
        raise InputError(f"variant {written[:30]!r}; expected a number from 1 to 999")
    return int(written)
