"""The voice, the vocoder and the model files that the options name."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError, ModelError
from ..store import check_vocoder, vocoders
from ..store.voices_yml import DEFAULT_VOICE, find_voice, voices
from .nearest import file_question

if TYPE_CHECKING:
    from ..voices import Voice


def voice_lines() -> Iterator[str]:
    """Yield a line for each voice, which begins with its name."""
    for voice in voices().values():
        default = ", the default" if voice.name == DEFAULT_VOICE else ""
        yield f"{voice} (number {voice.speaker}{default})"


def vocoder_lines() -> Iterator[str]:
    """Yield a line for each vocoder, which begins with its name."""
    heard = [(voice.name, voice.vocoder) for voice in voices().values()]
    for name in vocoders():
        own = [voice for voice, vocoder in heard if vocoder == name]
        yield f"{name} (the default of {', '.join(own)})" if own else name


def chosen_voice(args: argparse.Namespace) -> Voice:
    """Return the voice that --voice or -s_id names.

    Raises:
        InputError: There is no such voice, or the two options name different ones.
    """
    known = voices()
    named = find_voice(args.voice if args.voice is not None else DEFAULT_VOICE)
    if args.speaker_id is None:
        return named
    numbered = [voice for voice in known.values() if voice.speaker == args.speaker_id]
    if not numbered:
        listed = ", ".join(f"{voice.speaker} ({voice.name})" for voice in known.values())
        raise InputError(f"no voice has the number {args.speaker_id}: expected {listed}")
    if args.voice is None:
        return numbered[0]
    if named not in numbered:
        raise InputError(f"--voice {named.name} and -s_id {args.speaker_id} are two voices: give one of them")
    return named


def check_vocoders(args: argparse.Namespace) -> None:
    """Refuse the name of no vocoder, and two vocoders.

    Raises:
        InputError: There is no such vocoder, or two are given.
    """
    if args.vocoder is not None:
        check_vocoder(args.vocoder)
        if args.model_hifigan is not None:
            raise InputError("--vocoder and -m_hifigan both name a vocoder: give one of them")


def model_options(args: argparse.Namespace, voice: Voice) -> dict[str, Any]:
    """Return the voice and the models that the options name, as keywords of the Synthesizer.

    Raises:
        ModelError: A model file is not there.
    """
    given = {
        "duration_model": args.model_duration,
        "regression_model": args.model_forward,
        "vocoder_model": args.model_hifigan,
    }
    options: dict[str, Any] = {keyword: _checked(path) for keyword, path in given.items() if path is not None}
    if args.vocoder is not None:
        options["vocoder_model"] = args.vocoder
    if args.language is not None:
        options["language"] = args.language
    if voice.name != DEFAULT_VOICE:
        options["voice"] = voice.name
    return options


def _checked(path: Path) -> Path:
    """Return the path of a model file, or refuse one that is not there."""
    if path.exists():
        return path
    meant = f"; did you mean --vocoder {path}?" if str(path) in vocoders() else file_question(path)
    raise ModelError(f"model {path} is not there{meant or ': expected an IR (.xml) or ONNX file'}")
