#!/usr/bin/env python3
"""What INT8 costs and gains: quantize a vocoder in several ways, and measure each of them beside f32.

    python accuracy_checker/int8_study.py --recordings LJSpeech-1.1 --sentences sentences.txt --work study

Each point of POINTS becomes an IR and is scored: sentences are spoken by the voice of this repository, and recordings
are copied from their mel spectrograms. What is done stands in the folder --work, so that a second run goes on where the
first was stopped. Times are CPU seconds of one thread, all points in turn in one run, as ratios to f32.
"""

# ruff: noqa: E402 - the folders of this repository must be on the path first

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "demo"), str(ROOT / "training")]

import numpy as np
from numpy.typing import NDArray

from evaluation.judges import Listener, Recogniser, mean_quality, normaliser
from evaluation.measures import WordErrors, word_errors
from measures import log_spectral_distance, mel_l1
from text_to_speech.cli.frame import OneLineParser, run
from text_to_speech.errors import InputError
from text_to_speech.files import write_output
from text_to_speech.inference.mel import N_MELS, mel_spectrogram
from text_to_speech.inference.model_files import read_model, reshaped
from text_to_speech.inference.runtime import core, resolve_target
from text_to_speech.inference.upsampling import split_upsampling
from text_to_speech.inference.vocoder import Vocoder
from text_to_speech.omz.quantizer import FRAMES, cut, nncf_options, quantize, speak, voice
from text_to_speech.speech.recordings import read_recording
from text_to_speech.store import ensure_ir, model_folder
from text_to_speech.store.quantization_yml import Quantization, read_quantization

Array = NDArray[np.float32]

SUMS = ("Add", "Multiply")
UPSAMPLING = ("ConvolutionBackpropData",)
EDGES = ("conv_pre/.*", "conv_post/.*")
DOT = (180, 90, 20)  # blue, green, red
ROUNDS = 8  # of timing, after one that is not counted


@dataclass(frozen=True)
class Point:
    """A way to run the vocoder.

    Attributes:
        about: What it is, for the table.
        settings: How it is quantized; None where it is not.
        precision: What is not quantized is computed in it.
        advanced: Makes further arguments of `nncf.AdvancedQuantizationParameters` from the module nncf.
        of: Another point whose IR this is, only run in another precision.
    """

    about: str
    settings: Quantization | None = None
    precision: str = "f32"
    advanced: Callable[[Any], dict[str, Any]] | None = None
    of: str = ""


@dataclass(frozen=True)
class Clip:
    """What a vocoder is given, float32 [1, 80, T], and the words that shall be heard."""

    name: str
    mel: Array
    words: str


def _stages(*stages: int) -> tuple[str, ...]:
    """Return the pattern of the residual blocks of some stages, three to each."""
    blocks = "|".join(str(block) for stage in stages for block in range(3 * stage, 3 * stage + 3))
    return (rf"resblocks\.({blocks})\..*",)


def _quantiles(nncf: Any) -> dict[str, Any]:
    ranges = nncf.quantization.range_estimator
    chosen = ranges.RangeEstimatorParametersSet.MEAN_NO_OUTLIERS_MINMAX
    return {"activations_range_estimator_params": chosen}


def _smooth(nncf: Any) -> dict[str, Any]:
    return {"smooth_quant_alphas": nncf.AdvancedSmoothQuantParameters(convolution=0.5)}


BLOCKS = Quantization(ignored_types=SUMS + UPSAMPLING, ignored_layers=EDGES)
EARLY = replace(BLOCKS, ignored_layers=EDGES + _stages(3))
POINTS = {
    "f32": Point("not quantized"),
    "bf16": Point("not quantized, in bf16", precision="bf16"),
    "default": Point("NNCF's defaults, mixed preset", Quantization()),
    "sums": Point("default, but the sums in float", Quantization(ignored_types=SUMS)),
    "blocks": Point("only the residual blocks' convolutions quantized", BLOCKS),
    "stages 0-2": Point("those of the first three stages", EARLY),
    "stages 0-2 bf16": Point("the same, the rest in bf16", precision="bf16", of="stages 0-2"),
    "stages 0-1": Point(
        "those of the first two stages", replace(BLOCKS, ignored_layers=EDGES + _stages(2, 3))
    ),
    "no bias": Point("stages 0-2 without bias correction", replace(EARLY, bias_correction="none")),
    "symmetric": Point("stages 0-2, symmetric activations", replace(EARLY, preset="performance")),
    "outliers": Point("stages 0-2, ranges without outliers", EARLY, advanced=_quantiles),
    "SmoothQuant": Point("stages 0-2, SmoothQuant 0.5", EARLY, advanced=_smooth),
}


def make(name: str, model: str, work: Path, windows: int) -> Path:
    """Return the IR of a point, quantized where it is not there yet."""
    point = POINTS[name]
    if point.settings is None:
        return work / f"{point.of}.xml" if point.of else ensure_ir(model)
    target = work / f"{name}.xml"
    if not target.is_file():
        import nncf

        options = nncf_options(point.settings)
        for key, value in (point.advanced(nncf) if point.advanced else {}).items():
            setattr(options["advanced_parameters"], key, value)
        texts = read_quantization(model_folder(model)).texts
        if texts is None:
            raise InputError(f"{model} has no texts to calibrate on: expected them in its quantization.yml")
        quantize(
            ensure_ir(model, precision="FP16"), target, cut(_spoken(texts, work), FRAMES, windows), options
        )
    return target


def _spoken(texts: Path, folder: Path) -> Iterator[Array]:
    """Give the mel spectrograms to calibrate on, drawn once."""
    path = folder / "calibration.npy"
    if not path.is_file():
        np.save(path, np.concatenate(list(speak(texts)), axis=2))
    yield np.load(path, allow_pickle=False)


def read_sentences(path: Path) -> Iterator[Clip]:
    """Speak the lines of a file with the voice of this repository, up to the vocoder."""
    draw = voice()
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n")):
        if (mel := draw(line.strip())) is not None:
            yield Clip(f"sentence-{number}", mel, line.strip())


def read_recordings(folder: Path, transcripts: str, limit: int) -> Iterator[Clip]:
    """Give those of the first recordings of the transcripts that are there."""
    for line in (folder / transcripts).read_text(encoding="utf-8").splitlines():
        name, *texts = line.split("|")
        path = folder / "wavs" / f"{name}.wav"
        if texts and path.is_file() and limit > 0:
            limit -= 1
            yield Clip(name, mel_spectrogram(read_recording(path)).reshape(1, N_MELS, -1), texts[-1])


def score(path: Path, precision: str, clips: Sequence[Clip], exact: Path) -> dict[str, float]:
    """Score an IR on clips; the distance is from what f32 made of them, kept in the folder `exact`."""
    vocoder, listener, recogniser = Vocoder("CPU", model=path, precision=precision), Listener(), Recogniser()
    distances, qualities, errors = [], [], WordErrors()
    for clip in clips:
        audio, kept = vocoder.synthesize(clip.mel), exact / f"{clip.name}.npy"
        if not kept.is_file():
            np.save(kept, audio)
        wanted = np.load(kept, allow_pickle=False)
        spectra = [mel_spectrogram(sound) for sound in (wanted, audio)]
        distances.append((mel_l1(*spectra), log_spectral_distance(wanted, audio)))
        qualities.append(listener.rate(audio))
        errors += word_errors(normaliser()(clip.words), recogniser.transcribe(audio))
    mean, (mel, spectrum) = mean_quality(qualities), np.mean(distances, axis=0).tolist()
    return {
        "DNSMOS": mean.overall,
        "background": mean.background,
        "P.808": mean.p808,
        "WER %": 100.0 * errors.rate,
        "mel L1": mel,
        "LSD dB": spectrum,
    }


def times(paths: Mapping[str, Path], mel: Array) -> dict[str, float]:
    """Return the CPU seconds of each point for one window, run as Vocoder runs it, the median of rounds in turn."""
    requests = {}
    for name, path in paths.items():
        model = reshaped(split_upsampling(read_model(path)), {"mel": mel.shape}, path)
        config = resolve_target("CPU", POINTS[name].precision).config() | {"INFERENCE_NUM_THREADS": 1}
        requests[name] = core().compile_model(model, "CPU", config).create_infer_request()
        requests[name].infer({"mel": mel})
    spent: dict[str, list[float]] = {name: [] for name in requests}
    for _ in range(ROUNDS):
        for name, request in requests.items():
            began = time.process_time()
            request.infer({"mel": mel})
            spent[name].append(time.process_time() - began)
    return {name: float(np.median(values)) for name, values in spent.items()}


def study(options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """Make, score and time the points; what was scored before is read again."""
    work: Path = options.work
    (work / "exact").mkdir(parents=True, exist_ok=True)
    sets = {
        "sentences": list(read_sentences(options.sentences)),
        "recordings": list(read_recordings(options.recordings, options.transcripts, options.limit)),
    }
    chosen = [name for name in POINTS if name == "f32" or name in options.points]
    paths, results = {}, {}
    for name in chosen:
        paths[name] = make(name, options.model, work, options.subset_size)
        kept = work / f"{name}.json"
        if not kept.is_file():
            precision = POINTS[name].precision
            scores = {
                title: score(paths[name], precision, clips, work / "exact") for title, clips in sets.items()
            }
            write_output(kept, json.dumps(scores, indent=1).encode())
        results[name] = json.loads(kept.read_text(encoding="utf-8"))
        print(f"{name}: scored", file=sys.stderr, flush=True)
    spent = times(paths, sets["recordings"][0].mel[:, :, :FRAMES])
    for name, path in paths.items():
        results[name]["time"] = spent[name] / spent["f32"]
        results[name]["MB"] = path.with_suffix(".bin").stat().st_size / 1e6
    return results


def table(results: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the results in Markdown: of the sentences, then of the recordings, parted by a stroke."""
    names = list(results["f32"]["sentences"])
    lines = [f"| | point | time | MB | {' | '.join(names)} |", "|---" * (len(names) + 4) + "|"]
    for name, values in results.items():
        pairs = [f"{values['sentences'][key]:.2f} / {values['recordings'][key]:.2f}" for key in names]
        row = [name, POINTS[name].about, f"{values['time']:.2f}", f"{values['MB']:.1f}", *pairs]
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines)


def draw(results: Mapping[str, Mapping[str, Any]], path: Path) -> None:
    """Draw P.808, the mean of sentences and recordings, over the time; the goal is the pale field."""
    import cv2

    width, height, left, bottom = 760, 460, 70, 410
    quality = {
        name: np.mean([v["sentences"]["P.808"], v["recordings"]["P.808"]]) for name, v in results.items()
    }
    low, high = min(quality.values()) - 0.1, max(quality.values()) + 0.1

    def at(seconds: float, score: float) -> tuple[int, int]:
        across = left + (width - left - 20) * (seconds - 0.3) / 0.8
        return round(across), round(bottom - (bottom - 20) * (score - low) / (high - low))

    def text(words: str, place: tuple[int, int], size: float = 0.42) -> None:
        cv2.putText(image, words, place, cv2.FONT_HERSHEY_SIMPLEX, size, (40, 40, 40), 1, cv2.LINE_AA)

    image = np.full((height, width, 3), 255, np.uint8)
    cv2.rectangle(image, at(0.3, high), at(0.6, quality["f32"] - 0.1), (225, 245, 225), -1)
    cv2.rectangle(image, at(0.3, high), at(1.1, low), (160, 160, 160), 1)
    for tick in np.arange(0.3, 1.11, 0.1):
        text(f"{tick:.1f}", (at(tick, low)[0] - 10, bottom + 18))
    for tick in np.arange(np.ceil(low * 10) / 10, high, 0.1):
        text(f"{tick:.1f}", (left - 35, at(0.3, tick)[1] + 4))
    text("CPU time, f32 = 1", (left + 250, bottom + 40))
    text("P.808", (8, 20))
    for name, values in results.items():
        x, y = at(values["time"], quality[name])
        cv2.circle(image, (x, y), 4, DOT, -1)
        text(name, (x + 7, y + 4))
    write_output(path, cv2.imencode(path.suffix, image)[1].tobytes())


def build_parser() -> OneLineParser:
    """Return the parser of the command line."""
    parser = OneLineParser(prog="int8_study", description=__doc__.splitlines()[0], allow_abbrev=False)
    add = parser.add_argument
    add("--sentences", type=Path, required=True, metavar="FILE", help="texts to speak, one a line")
    add("--recordings", type=Path, required=True, metavar="DIR", help="laid out as LJSpeech")
    add("--transcripts", default="metadata.csv", metavar="NAME", help="in that folder (default: %(default)s)")
    add("--limit", type=int, default=24, metavar="N", help="recordings (default: %(default)s)")
    add("--work", type=Path, required=True, metavar="DIR", help="where IRs and scores are kept")
    add("--model", default="hifi-gan", metavar="NAME", help="of this repository (default: %(default)s)")
    add("--points", default=",".join(POINTS), metavar="NAME,...", help="default: all")
    add(
        "--subset_size",
        type=int,
        default=64,
        metavar="N",
        help="windows to calibrate on (default: %(default)s)",
    )
    add("--plot", type=Path, metavar="FILE.png", help="draw quality over time")
    return parser


def command(options: argparse.Namespace) -> None:
    """Do what the command line asks for."""
    options.points = options.points.split(",")
    if unknown := [name for name in options.points if name not in POINTS]:
        raise InputError(f"--points {unknown[0]}: expected some of {', '.join(POINTS)}")
    logging.getLogger("faster_whisper").setLevel(logging.WARNING)
    results = study(options)
    print(table(results))
    if options.plot:
        draw(results, options.plot)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    return run(command, build_parser(), argv)


if __name__ == "__main__":
    sys.exit(main())
