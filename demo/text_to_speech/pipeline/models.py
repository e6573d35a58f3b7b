"""The models and dictionaries of one synthesizer, loaded when a voice needs them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from ..errors import InputError, about
from ..inference.acoustic import AcousticModel
from ..inference.runtime import Precision, check_hint, resolve_target
from ..inference.vocoder import Vocoder
from ..script.words import WordReader
from ..store.voices_yml import voices
from ..text import SYMBOLS, Lexicon, PhonemizedWord, Phonemizer, Reading
from ..text.languages import english
from ..voices import Voice, find
from .cast import Cast
from .options import SynthesizerOptions, check_lexicon
from .shared import shared, shared_phonemizer

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LoadedVoice:
    """A voice with the models that speak it.

    Attributes:
        voice: The voice.
        acoustic: Its acoustic model.
        vocoder: The vocoder that it is heard through.
    """

    voice: Voice
    acoustic: AcousticModel
    vocoder: Vocoder

    @property
    def vector(self) -> tuple[float, ...]:
        """What the acoustic model is told of the voice; empty for a model that has one voice only."""
        return self.voice.vector if self.acoustic.voice_size else ()


class Models:
    """The models and dictionaries of a synthesizer, which others may share, and its own pronunciations.

    A model is loaded when the first voice needs it, and kept. A vocoder or an acoustic model that the options name
    serves all voices; otherwise each voice has its own.

    Args:
        options: The arguments of the synthesizer.
        voice: The voice that speaks where no other is asked for.

    Attributes:
        default: That voice with its models.
        phonemizer: Reads the words of texts in the language of that voice, or in that of the options.

    Raises:
        DeviceError: A device is not there, lacks the precision, or refuses a model.
        InputError: An option is none of those that there are.
        ModelError: A file is not such a model.
    """

    def __init__(self, options: SynthesizerOptions, voice: Voice) -> None:
        check_hint(options.hint)
        check_lexicon(options.lexicon, options.phonemizer)
        self._options = options
        self._voice = voice
        # The acoustic model is not quantized.
        self._acoustic_precision: Precision = "auto" if options.precision == "int8" else options.precision
        self._acoustic_device = options.acoustic_device or options.device
        self._vocoder_device = options.vocoder_device or options.device
        # Both devices are checked before the first model is loaded, which takes a second.
        with about(device=self._acoustic_device):
            resolve_target(self._acoustic_device, self._acoustic_precision, threads=options.threads)
        with about(device=self._vocoder_device):
            resolve_target(self._vocoder_device, options.precision, threads=options.threads)
        self._acoustics: dict[tuple[str | Path, str | Path], AcousticModel] = {}
        self._vocoders: dict[str | Path, Vocoder] = {}
        self._has_warned = False
        self.default = self.load(voice)
        self.phonemizer = options.phonemizer or shared_phonemizer(self.language(voice))
        # The phonemizers of other languages that texts have asked for.
        self._others: dict[str, Phonemizer] = {}

    def find(self, name: str | None) -> LoadedVoice:
        """Return a voice or a mixture of voices by its name, with its models; None is the default voice.

        Raises:
            DeviceError: See `Models`.
            InputError: There is no such voice, or the acoustic model cannot speak it.
            ModelError: See `Models`.
        """
        return self.default if name is None else self.load(find(name, self.voices))

    @cached_property
    def voices(self) -> Mapping[str, Voice]:
        """All voices by name, the default one as it is used here."""
        return voices() | {self._voice.name: self._voice}

    def cast(self, voice: Voice) -> Cast:
        """Return what finds the voices that a text of a voice asks for."""
        return Cast(voice, lambda: self._distinct_from(voice), language=self._options.language)

    def language(self, voice: Voice) -> str:
        """Return the English in which a voice reads texts that name none: `en-US` or `en-GB`."""
        return english(self._options.language or voice.language)

    def load(self, voice: Voice) -> LoadedVoice:
        """Return a voice with its models, which are loaded if they are not yet.

        Raises:
            DeviceError: See `Models`.
            InputError: The acoustic model cannot speak the voice.
            ModelError: See `Models`.
        """
        loaded = LoadedVoice(voice, self._acoustic_of(voice), self._vocoder_of(voice))
        if len(loaded.vector) != loaded.acoustic.voice_size:
            raise InputError(
                f"voice {voice.name!r} is a vector of {len(voice.vector)} numbers: the acoustic model expects"
                f" {loaded.acoustic.voice_size}"
            )
        return loaded

    def reader(self, lexicon: Lexicon | None, language: str) -> WordReader:
        """Return the reader of a text that has pronunciations of its own.

        Args:
            lexicon: The pronunciations; None for those of the synthesizer alone.
            language: BCP 47 tag of the English that it reads.

        Raises:
            InputError: The lexicon is none, or the phonemizer takes none.
        """
        check_lexicon(lexicon, self.phonemizer)
        if self._options.lexicon and lexicon:
            lexicon = self._options.lexicon.updated(lexicon)
        if not isinstance(self.phonemizer, Phonemizer):
            return self.phonemizer
        reader = SharedReader(self.phonemizer, lexicon or self._options.lexicon, self._others)
        return reader.in_language(language)

    def _distinct_from(self, voice: Voice) -> Mapping[str, Voice]:
        """Return the voices that can be told from one: models that are named, and know no voices, speak all alike."""
        options = self._options
        is_named = options.duration_model or options.regression_model
        return {voice.name: voice} if is_named and not self.default.acoustic.voice_size else self.voices

    def _acoustic_of(self, voice: Voice) -> AcousticModel:
        options = self._options
        names = (
            options.duration_model or voice.duration_model,
            options.regression_model or voice.regression_model,
        )
        if names not in self._acoustics:
            with about(device=self._acoustic_device):
                self._acoustics[names] = shared(
                    AcousticModel,
                    self._acoustic_device,
                    duration_model=names[0],
                    regression_model=names[1],
                    precision=self._acoustic_precision,
                    threads=options.threads,
                    symbols=SYMBOLS,
                )
        return self._acoustics[names]

    def _vocoder_of(self, voice: Voice) -> Vocoder:
        options = self._options
        name = options.vocoder_model or voice.vocoder
        if name != voice.vocoder:
            self._warn_of_vocoder(str(name), voice)
        if name not in self._vocoders:
            with about(device=self._vocoder_device):
                self._vocoders[name] = shared(
                    Vocoder,
                    self._vocoder_device,
                    model=name,
                    precision=options.precision,
                    hint=options.hint,
                    threads=options.threads,
                )
        return self._vocoders[name]

    def _warn_of_vocoder(self, name: str, voice: Voice) -> None:
        """Warn, once, if the vocoder that the options name was made for other voices."""
        if not self._has_warned and (others := made_for(name, voice, self.voices)):
            self._has_warned = True
            logger.warning(
                "vocoder %s was made for %s: %s sounds better through %s, its own",
                name,
                " and ".join(others),
                voice.name,
                voice.vocoder,
            )


def made_for(vocoder: str, voice: Voice, known: Mapping[str, Voice]) -> list[str]:
    """Return the names of the voices for which a vocoder was made, if it is not meant for a voice; else none.

    A vocoder that most voices are heard through is meant for all.
    """
    served = [other.vocoder for other in known.values()]
    if vocoder == voice.vocoder or served.count(vocoder) > served.count(voice.vocoder):
        return []
    return [name for name, other in known.items() if other.vocoder == vocoder]


@dataclass(frozen=True)
class SharedReader:
    """A phonemizer that others share, together with the pronunciations of one synthesizer or text.

    Attributes:
        phonemizer: The phonemizer.
        lexicon: The pronunciations.
        others: Phonemizers of other languages that were asked for, which are kept as long as the models.
    """

    phonemizer: Phonemizer
    lexicon: Lexicon | None
    others: dict[str, Phonemizer]

    def in_language(self, tag: str) -> SharedReader:
        """Return the reader of another kind of English, with the same pronunciations."""
        language = english(tag)
        if language == self.phonemizer.language:
            return self
        if language not in self.others:
            self.others[language] = shared_phonemizer(language)
        return replace(self, phonemizer=self.others[language])

    def words(self, text: str, *, readings: Sequence[Reading] | None = None) -> Sequence[PhonemizedWord]:
        """Return the words of a text with their spans and phonemes; see `Phonemizer.words`."""
        return self.phonemizer.words(text, readings=readings, lexicon=self.lexicon)
