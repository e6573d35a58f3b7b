"""The bodies of requests: OpenAI's, with our own fields beside them, and Kokoro-FastAPI's captioned form."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..errors import InputError
from ..script.directions import LONGEST_PAUSE, PARAGRAPH_PAUSE, PITCHES, SENTENCE_PAUSE, VOLUMES
from ..script.formats import InputFormat
from ..speech.encoders import CONTAINERS
from ..text import Lexicon
from .errors import ApiError
from .names import model_id, voice_id
from .wanted import Wanted, read_lexicon

Format = Literal["mp3", "opus", "aac", "flac", "wav", "pcm"]
Pause = Annotated[float, Field(ge=0, le=LONGEST_PAUSE, allow_inf_nan=False)]

assert set(Format.__args__) == set(CONTAINERS)  # type: ignore[attr-defined]


class VoiceObject(BaseModel):
    """A voice as OpenAI's custom ones are named."""

    id: str


class TextRequest(BaseModel):
    """What every request with a text has."""

    model_config = ConfigDict(extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _null_is_not_given(cls, fields: object) -> object:
        """Let clients send null for what they have no value for, as many do with every field of theirs."""
        if not isinstance(fields, dict):
            return fields
        return {name: value for name, value in fields.items() if value is not None or name == "input"}

    input: str = Field(description="The text: plain, Markdown, HTML or SSML.")
    voice: str | VoiceObject = Field("", description="Name of a voice, a mixture, or one of OpenAI's.")
    input_format: InputFormat = Field("auto", description="What the text is; auto: what it looks like.")
    ssml: bool | None = Field(None, description="Kokoro-FastAPI's word for input_format: ssml.")
    lexicon: dict[str, str] | None = Field(
        None, description="Pronunciations for this text: words, with IPA or ARPAbet."
    )

    def read_lexicon(self) -> Lexicon | None:
        """Return the lexicon of the request, if it has one, or refuse it."""
        try:
            return read_lexicon(self.lexicon) if self.lexicon else None
        except InputError as error:
            raise ApiError(400, str(error), param="lexicon", code="invalid_value") from None

    def form(self) -> InputFormat:
        """Return what the text is."""
        return "ssml" if self.ssml else self.input_format


class SpeechRequest(TextRequest):
    """The body of POST /v1/audio/speech. Fields that are not here are accepted and ignored."""

    model: str = Field("", description="Name of a vocoder, or of one of OpenAI's models.")
    response_format: Format = "mp3"
    speed: float = Field(1.0, ge=0.25, le=4.0, allow_inf_nan=False)
    instructions: str | None = Field(
        None, description="Accepted; this voice is directed by the fields below."
    )
    stream_format: Literal["audio", "sse"] = "audio"
    stream: bool = Field(
        True, description="false: the whole file at once, with its length in header and file."
    )
    pitch: float = Field(0.0, ge=PITCHES[0], le=PITCHES[1], allow_inf_nan=False, description="Semitones.")
    volume: float = Field(0.0, ge=VOLUMES[0], le=VOLUMES[1], allow_inf_nan=False, description="Decibels.")
    volume_multiplier: float = Field(
        1.0, gt=0, le=10, allow_inf_nan=False, description="Kokoro-FastAPI's word for volume."
    )
    pause_sentence: Pause = SENTENCE_PAUSE
    pause_paragraph: Pause = PARAGRAPH_PAUSE
    sample_rate: int | None = Field(None, ge=8_000, le=48_000, description="Instead of the format's own.")
    timestamps: Literal["word", "phoneme"] | None = Field(
        None, description="With stream_format sse: when each word is heard, as events in the same stream."
    )

    def wanted(self, models: list[str], voice: str) -> Wanted:
        """Return what is to be spoken.

        Args:
            models: Names of the vocoders that are served.
            voice: Name of the voice that OpenAI's names mean.

        Raises:
            ApiError: There is no such voice or model, or the lexicon cannot be read.
        """
        return Wanted(
            self.input,
            input_format=self.form(),
            speed=self.speed,
            pitch=self.pitch,
            volume=min(VOLUMES[1], max(VOLUMES[0], self.volume + 20 * math.log10(self.volume_multiplier))),
            pause_sentence=self.pause_sentence,
            pause_paragraph=self.pause_paragraph,
            lexicon=self.read_lexicon(),
            model=known_model(self.model, models),
            voice=known_voice(self.voice, voice),
        )


class CaptionedRequest(SpeechRequest):
    """The body of POST /dev/captioned_speech, in Kokoro-FastAPI's form."""

    stream: bool = True
    return_timestamps: bool = True


def known_voice(voice: str | VoiceObject, default: str) -> str:
    """Return the name of a voice, "" for the default, or refuse it."""
    name = voice.id if isinstance(voice, VoiceObject) else voice
    if not name:
        return ""
    try:
        return voice_id(name, default)
    except InputError as error:
        raise ApiError(400, str(error), param="voice", code="voice_not_found") from None


def known_model(name: str, models: list[str]) -> str:
    """Return the name of a model, "" for the default, or refuse it."""
    if not name:
        return ""
    try:
        return model_id(name, models)
    except InputError as error:
        raise ApiError(404, str(error), param="model", code="model_not_found") from None
