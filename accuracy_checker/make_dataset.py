#!/usr/bin/env python3
"""Make the data sets of dataset_definitions.yml, which the stock accuracy_check reads, from recordings and their texts.

    python accuracy_checker/make_dataset.py --recordings LJSpeech-1.1 --limit 20 -o datasets

A vocoder's waveform differs from the recording in every sample and sounds the same, so that comparing samples with a
recording says nothing. What a converted model must equal is the original model: here the ONNX files, computed in
float32 by ONNX Runtime. Each model has a folder of its own, with pairs of files for the stock reader:

    DATASETS/NAME/0001.in.npy     {input: array without the batch axis}
    DATASETS/NAME/0001.out.npy    {output: array without the batch axis}

The inputs have the static shapes of model.yml: windows of the recordings' mel spectrograms for vocoders, phonemes of
the texts for the first stage of ForwardTacotron, what its outputs become for the second; the voices take turns. What
does not fill a window at the end of the whole is not used.
"""

# ruff: noqa: E402 - the folders of this repository must be on the path first

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "demo"), str(ROOT / "training")]

import numpy as np
from numpy.typing import NDArray

import commands
from recordings import Recording, read_recordings
from text_to_speech.cli.frame import run
from text_to_speech.errors import InputError
from text_to_speech.files import cannot_write, open_output
from text_to_speech.inference.length_regulator import frame_prosody, regulate_length, round_durations
from text_to_speech.inference.mel import mel_spectrogram
from text_to_speech.omz.selection import build_parser as zoo_parser
from text_to_speech.omz.selection import select
from text_to_speech.store.catalogue import models_root
from text_to_speech.store.convert import make_onnx
from text_to_speech.store.model_yml import Model
from text_to_speech.store.voices_yml import voices
from text_to_speech.text import Phonemizer, split_sentences, to_ids

Arrays = Mapping[str, NDArray[Any]]
BOUNDARIES = 2  # symbols that stand around the phonemes


class Reference:
    """The original of a model, computed by ONNX Runtime."""

    def __init__(self, model: Model) -> None:
        import onnxruntime

        with tempfile.TemporaryDirectory() as work:
            path = model.folder / f"{model.name}.onnx"
            if not path.is_file():
                path = Path(work) / f"{model.name}.onnx"
                make_onnx(model, path)
            self._session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        self._outputs = [output.name for output in self._session.get_outputs()]

    def __call__(self, inputs: Arrays) -> Arrays:
        """Compute the outputs, with batch axis like the inputs."""
        results = self._session.run(self._outputs, dict(inputs))
        return dict(zip(self._outputs, results, strict=True))


def windows(pieces: Iterable[NDArray[Any]], length: int) -> Iterator[NDArray[Any]]:
    """Join arrays along their last axis and cut the whole into windows; what is left at the end is not used."""
    whole = np.concatenate(list(pieces), axis=-1)
    for start in range(0, whole.shape[-1] - length + 1, length):
        yield whole[..., start : start + length]


def mel_windows(recordings: Sequence[Recording], model: Model) -> Iterator[Arrays]:
    """Give the inputs of a vocoder: `mel` float32 [1, 80, T], and noise where it wants a source of sound as well."""
    (_, _, frames), *further = (entry.shape for entry in model.input_info)
    names = [entry.name for entry in model.input_info[1:]]
    random = np.random.default_rng(0)
    for mel in windows((mel_spectrogram(recording.waveform) for recording in recordings), frames):
        noise = (random.normal(size=shape).astype(np.float32) for shape in further)
        yield {"mel": np.ascontiguousarray(mel), **dict(zip(names, noise, strict=True))}


def voice_inputs(model: Model) -> Iterator[Arrays]:
    """Give the input `voice` of a duration model for ever, float32 [1, numbers], of each voice in turn.

    A model of one voice has no such input.
    """
    if all(entry.name != "voice" for entry in model.input_info):
        return itertools.repeat({})
    speaking = [voice for voice in voices().values() if voice.duration_model == model.name]
    return itertools.cycle([{"voice": np.array([voice.vector], np.float32)} for voice in speaking])


def phoneme_windows(recordings: Sequence[Recording], model: Model) -> Iterator[Arrays]:
    """Give the inputs of the first stage of ForwardTacotron: `input_seq` int64 [1, N], `voice` where it has one."""
    length = model.input_info[0].shape[1]
    phonemizer = Phonemizer()
    sentences = (sentence for recording in recordings for sentence in split_sentences(recording.text))
    said = np.array(list(" ".join(phonemizer(sentence.text) for sentence in sentences)))
    for symbols, voice in zip(windows([said], length - BOUNDARIES), voice_inputs(model), strict=False):
        yield {"input_seq": to_ids("".join(symbols))[np.newaxis], **voice}


def frame_windows(predictions: Iterable[Arrays], frames: int) -> Iterator[Arrays]:
    """Give the inputs of the second stage: `data` float32 [1, T, E], `prosody` float32 [1, T, 5], perhaps `voice`.

    Args:
        predictions: Outputs of the first stage, each with its input `voice`.
        frames: Length of a window, T.
    """
    for prediction in predictions:
        durations = round_durations(prediction["duration"][0, :, 0])
        data = regulate_length(prediction["embeddings"][0], durations)
        contours = (prediction["pitch"][0], prediction["voicing"][0, :, 0], prediction["energy"][0, :, 0])
        both = np.concatenate([data, frame_prosody(*contours, durations)], axis=1).T
        for window in windows([both], frames):
            parts = (np.ascontiguousarray(part)[None] for part in np.split(window.T, [data.shape[1]], axis=1))
            voice = {name: prediction[name] for name in ("voice",) if name in prediction}
            yield {**dict(zip(("data", "prosody"), parts, strict=True)), **voice}


def write_pairs(folder: Path, inputs: Iterable[Arrays], reference: Reference) -> list[Arrays]:
    """Write the pairs of one model; return its outputs, each with its inputs."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    results = []
    for number, given in enumerate(inputs, start=1):
        computed = reference(given)
        results.append({**given, **computed})
        _write(folder / f"{number:04}.in.npy", given)
        _write(folder / f"{number:04}.out.npy", computed)
    return results


def _write(path: Path, arrays: Arrays) -> None:
    """Write a dictionary of arrays without their batch axis, as numpy_dict_reader reads it: a pickle, for it alone."""
    single = {name: array[0] for name, array in arrays.items()}
    with open_output(path) as file:
        np.save(file, np.array(single, dtype=object), allow_pickle=True)


def make(recordings: Sequence[Recording], models: Iterable[Model], target: Path) -> Iterator[str]:
    """Make the data sets of models, the stages of ForwardTacotron one after the other, and say what was made.

    Raises:
        InputError: There is too little speech for one window.
        ModelError: A model cannot be had.
        OutputError: A file cannot be written.
    """
    predictions: Sequence[Arrays] = ()
    for model in models:
        reference = Reference(model)
        kind, length = model.input_info[0].name, model.input_info[0].shape[1]
        if kind == "mel":
            inputs = mel_windows(recordings, model)
        elif kind == "input_seq":
            inputs = phoneme_windows(recordings, model)
        else:
            inputs = frame_windows(predictions, length)
        results = write_pairs(target / model.name, inputs, reference)
        if not results:
            raise InputError(f"{model.name}: too little speech for one window: expected more recordings")
        if kind == "input_seq":
            predictions = results
        yield f"{target / model.name}: {len(results)} pairs"


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = commands.build_parser("make_dataset", __doc__.splitlines()[0])
    parser.add_argument(
        "-o", "--output_dir", type=Path, required=True, metavar="DIR", help="where the data sets go"
    )
    parser.add_argument(
        "--name",
        default="*",
        metavar="PAT[,PAT...]",
        help="of which models (default: all); a composite one as a whole",
    )
    return parser


def command(options: argparse.Namespace) -> None:
    """Do what the command line asks for."""
    root = ["--model_root", str(models_root())]
    chosen = select(zoo_parser("make_dataset", "").parse_args([*root, "--name", options.name]))
    models = [model for choice in chosen for model in choice.models()]
    recordings = list(
        read_recordings(options.recordings, transcripts=options.transcripts, limit=options.limit)
    )
    for line in make(recordings, models, options.output_dir):
        print(line, flush=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    return run(command, build_parser(), argv)


if __name__ == "__main__":
    sys.exit(main())
