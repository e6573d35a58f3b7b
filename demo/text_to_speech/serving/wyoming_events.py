"""The events of Wyoming: their bytes, what this server tells of itself, and what it is asked to speak.

An event is a line of JSON, then `data_length` bytes of JSON that belong to it, then `payload_length` bytes of payload.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from .. import __version__
from ..errors import InputError
from ..script.formats import INPUT_FORMATS
from ..text.languages import english
from ..voices import choose
from .errors import ApiError
from .names import known_voices, voice_cards, voice_id, voice_of
from .wanted import Wanted

PROGRAM = "text-to-speech-openvino"
LONGEST_LINE = 65_536  # bytes of the JSON line of an event
LONGEST_PAYLOAD = 1_048_576  # bytes of a payload; no event that is understood here has one


class ProtocolError(Exception):
    """What came is no event: the connection cannot be understood any more."""


@dataclass
class Event:
    """One message.

    Attributes:
        type: Its kind.
        data: What belongs to it.
        payload: Bytes that follow it.
    """

    type: str
    data: dict[str, Any] = field(default_factory=dict)
    payload: bytes = b""

    def to_bytes(self) -> bytes:
        """Return the event as it is sent."""
        data = json.dumps(self.data, ensure_ascii=False).encode() if self.data else b""
        head: dict[str, Any] = {"type": self.type, "version": __version__}
        if data:
            head["data_length"] = len(data)
        if self.payload:
            head["payload_length"] = len(self.payload)
        return json.dumps(head).encode() + b"\n" + data + self.payload


async def read_event(reader: asyncio.StreamReader, *, longest: int) -> Event | None:
    """Read an event, or None at the end of the connection.

    Args:
        reader: Of the connection.
        longest: Bytes of its data at most.

    Raises:
        ProtocolError: What came is no event, or too long.
    """
    try:
        line = await reader.readline()
        if not line.strip():
            return None
        head = json.loads(line)
        size, payload_size = int(head.get("data_length") or 0), int(head.get("payload_length") or 0)
        if not 0 <= size <= longest or not 0 <= payload_size <= LONGEST_PAYLOAD:
            raise ProtocolError(
                f"an event of {size} and {payload_size} bytes: expected at most {longest} and {LONGEST_PAYLOAD}"
            )
        data = dict(head.get("data") or {})
        if size:
            data.update(json.loads(await reader.readexactly(size)))
        payload = await reader.readexactly(payload_size) if payload_size else b""
        return Event(str(head["type"]), data, payload)
    except asyncio.IncompleteReadError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise ProtocolError("expected a line of JSON with a type") from error


def info() -> Event:
    """Return what the program is and has; it needs no model for that."""
    attribution = {"name": "text-to-speech-demo", "url": "https://github.com/openvinotoolkit/open_model_zoo"}
    common = {"attribution": attribution, "installed": True, "version": __version__}
    voices = [
        {
            **common,
            "name": card.id,
            # Home Assistant shows this in its menu of voices.
            "description": f"{card.name} ({card.gender}, {card.description})",
            "languages": [card.language.replace("-", "_")],
        }
        for card in voice_cards().values()
    ]
    program = {
        **common,
        "name": PROGRAM,
        "description": "English speech on OpenVINO",
        "voices": voices,
        "supports_synthesize_streaming": True,
    }
    return Event("info", {"tts": [program]})


def wanted_of(event: Event, default_voice: str) -> Wanted:
    """Return what an event asks to be spoken.

    Raises:
        ApiError: It asks for a voice or a text form that is not there.
    """
    form = event.data.get("text_format") or "auto"
    if form not in INPUT_FORMATS:
        expected = ", ".join(INPUT_FORMATS)
        raise ApiError(
            400, f"text format {str(form)[:40]!r}: expected one of {expected}", code="invalid_value"
        )
    # Home Assistant says "text" of what a language model wrote.
    return Wanted(
        text_of(event),
        input_format="auto" if form == "text" else form,
        voice=_voice_of(event.data.get("voice"), default_voice),
    )


def _voice_of(wanted: object, default: str) -> str:
    """Return the voice that an event names, by its name, its speaker or its language; "" where it names none.

    Raises:
        InputError: There is no such voice.
    """
    asked = wanted if isinstance(wanted, dict) else {}
    for key in ("name", "speaker"):
        if asked.get(key):
            return voice_id(str(asked[key]), default)
    language = str(asked.get("language") or "")
    if not language:
        return ""
    try:
        found = choose(known_voices(), voice_of(default), languages=[_kind_of(language)])
    except InputError:
        found = None
    if found is None:
        spoken = ", ".join(dict.fromkeys(voice.language for voice in known_voices().values()))
        raise InputError(f"no voice speaks {language[:40]!r}: expected one of {spoken}")
    return found.name if found.name in known_voices() else ""


def _kind_of(language: str) -> str:
    """Return the kind of English of a locale; "en" alone is any."""
    return "en" if language.lower() == "en" else english(language)


def text_of(event: Event) -> str:
    """Return the text of an event, which may have none.

    Raises:
        ApiError: It is no string.
    """
    text = event.data.get("text")
    if text is not None and not isinstance(text, str):
        raise ApiError(
            400,
            f"a text of type {type(text).__name__}: expected a string",
            param="text",
            code="invalid_value",
        )
    return text or ""
