"""The voices of one text: the one that speaks it, and those that its directions ask for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property

from ..errors import InputError
from ..script.voice_request import VoiceRequest
from ..script.words import TextVoice
from ..text.grouped_warnings import warn
from ..text.languages import english
from ..voices import Voice, choose, named

logger = logging.getLogger(__name__)


class Cast:
    """Finds the voices that a text asks for; see `text_to_speech.script.words.Casting`.

    Where no voice fits, the one that speaks so far goes on, and a warning says so.

    Args:
        voice: The voice of the text.
        known: Returns the voices that a text may ask for, by name.
        language: BCP 47 tag of the English in which every voice reads what names no other; None for that of each voice.
    """

    def __init__(
        self, voice: Voice, known: Callable[[], Mapping[str, Voice]], *, language: str | None = None
    ) -> None:
        self._all = known
        self._language = language
        self._voices = {"": voice}
        self._found: dict[VoiceRequest, TextVoice] = {}

    def __call__(self, request: VoiceRequest) -> TextVoice:
        """Return the voice that fits what is asked for."""
        if request not in self._found:
            self._found[request] = self._find(request)
        return self._found[request]

    def voice(self, name: str) -> Voice:
        """Return a voice that was found, by the name that it has in utterances; empty for the voice of the text."""
        return self._voices[name]

    @cached_property
    def _known(self) -> Mapping[str, Voice]:
        """The voices that can speak in the text, all parts of which become one sound of one sample rate."""
        rate = self._voices[""].sample_rate
        return {name: voice for name, voice in self._all().items() if voice.sample_rate == rate}

    def _find(self, request: VoiceRequest) -> TextVoice:
        own = self._voices[""]
        around = self(request.outer) if request.outer else TextVoice("", own.median_f0)
        present = self.voice(around.name)
        chosen = choose(
            self._known,
            present,
            names=request.names,
            gender=request.gender,
            languages=[_kind_of(tag) for tag in request.languages],
            variant=request.variant,
            text_language=_kind_of(request.text_language) or self._language or "",
        )
        if chosen is None:
            self._warn(request, f"there are {', '.join(self._known)}; {present.name} goes on speaking")
            return replace(around, language=request.text_language or around.language)
        if request.names and not any(named(name, self._known) for name in request.names):
            self._warn(request, f"{chosen.name} ({chosen.language}, {chosen.sex}) speaks")
        if chosen == own:
            return TextVoice("", own.median_f0)
        self._voices[chosen.name] = chosen
        return TextVoice(chosen.name, chosen.median_f0, "" if self._language else chosen.language)

    def _warn(self, request: VoiceRequest, instead: str) -> None:
        warn(logger, "voices that are not there", f"no voice is {request}: {instead}", place=request.place)


def _kind_of(tag: str) -> str:
    """Return the kind of English that voices speak for a tag such as en-AU; a tag without a region stays as it is."""
    if "-" not in tag and "_" not in tag:
        return tag
    try:
        return english(tag)
    except InputError:
        return tag
