"""What the options of a batch mean: how its rows are spoken, by which models, and what the keys of rows are made of."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..cli.chosen import check_vocoders, chosen_voice, model_options
from ..cli.speak import read_lexicon
from ..inference.model_files import model_path
from ..inference.runtime import Precision, resolve_target
from ..pipeline import SynthesizerOptions
from ..script.directions import Manner, MannerOptions
from ..store.sources import files_sha256
from ..store.voices_yml import find_voice
from ..version import __version__
from .rows import Directions, Keys


def synthesizer_options(args: argparse.Namespace) -> SynthesizerOptions:
    """Return what the workers load.

    Raises:
        InputError: There is no such voice or vocoder, or the lexicon cannot be read.
        ModelError: A model file is not there.
    """
    voice = chosen_voice(args)
    check_vocoders(args)
    lexicon = read_lexicon(args.lexicon)
    models = model_options(args, voice)
    models["voice"] = voice.name
    return SynthesizerOptions(
        device=args.device,
        acoustic_device=args.device_acoustic,
        vocoder_device=args.device_vocoder,
        precision=args.precision,
        hint=args.hint,
        lexicon=lexicon if lexicon.words else None,
        **models,
    )


def check_devices(options: SynthesizerOptions) -> None:
    """Refuse a device that this machine does not have, before models are converted for it and workers begin.

    Raises:
        DeviceError: There is no such device, or it lacks the precision.
    """
    for device in {options.acoustic_device or options.device, options.vocoder_device or options.device}:
        resolve_target(device, "auto" if options.precision == "int8" else options.precision)


def directions(args: argparse.Namespace) -> Directions:
    """Return how a row is spoken that says nothing.

    Raises:
        OutputError: The container does not have the sample rate.
    """
    from ..speech.containers import file_rate

    voice = chosen_voice(args)
    given = {name: getattr(args, name) for name in MannerOptions.__annotations__}
    manner = Manner(**{name: value for name, value in given.items() if value is not None})
    file_rate(args.format, voice.sample_rate, args.sample_rate, name=f"{args.out}")
    return Directions(
        voice=voice.name,
        manner=manner,
        input_format=args.input_format,
        sample_rate=args.sample_rate,
        container=args.format,
        timings=args.timings or "",
    )


def keys(args: argparse.Namespace, options: SynthesizerOptions) -> Keys:
    """Return what makes the keys of rows. Models of this repository are converted here, once for all workers.

    Raises:
        ModelError: A model is not there.
    """
    import openvino

    facts: dict[str, Any] = {
        "version": __version__,
        "openvino": openvino.get_version(),
        "precision": options.precision,
        "hint": options.hint,
        "language": options.language,
        "lexicon": dict(options.lexicon.words) if options.lexicon else {},
    }

    def models(voice: str) -> Sequence[str]:
        own = find_voice(voice)
        names: list[tuple[str | Path, Precision]] = [
            (options.duration_model or own.duration_model, "auto"),
            (options.regression_model or own.regression_model, "auto"),
            (options.vocoder_model or own.vocoder, options.precision),
        ]
        sums = [sum_of_model(model_path(name, precision=precision)) for name, precision in names]
        return [*sums, own.vector_sum] if own.vector else sums

    made = Keys(facts, models)
    made.check(options.voice)
    return made


def sum_of_model(path: Path) -> str:
    """Return the SHA-256 of a model's files.

    Raises:
        ModelError: One cannot be read.
    """
    return files_sha256((path, path.with_suffix(".bin")) if path.suffix == ".xml" else (path,))
