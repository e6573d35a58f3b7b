"""What tells the models of a voice from others, so that another model speaks a book anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..store.sources import files_sha256
from ..store.voices_yml import find_voice

if TYPE_CHECKING:
    from ..pipeline import SynthesizerOptions


def model_facts(options: SynthesizerOptions) -> str:
    """Return the checksums of the weights that a synthesizer uses, how it computes with them, and how it reads.

    Raises:
        ModelError: A model is not there.
    """
    from ..inference.model_files import model_path

    voice = find_voice(options.voice)
    acoustic = "auto" if options.precision == "int8" else options.precision
    paths = [
        model_path(options.duration_model or voice.duration_model, precision=acoustic),
        model_path(options.regression_model or voice.regression_model, precision=acoustic),
        model_path(options.vocoder_model or voice.vocoder, precision=options.precision),
    ]
    devices = [options.acoustic_device or options.device, options.vocoder_device or options.device]
    language = options.language or voice.language
    facts = [*map(_checksum, paths), *devices, options.precision, str(voice.speaker), language]
    return " ".join([*facts, voice.vector_sum[:16]] if voice.vector else facts)


def _checksum(path: Path) -> str:
    """Return the checksum of the weights of a model, or of a model that is one file."""
    weights = path.with_suffix(".bin")
    return files_sha256([weights if weights.exists() else path])[:16]
