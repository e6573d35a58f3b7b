"""Evaluators for the stock accuracy_check of the Open Model Zoo: speech from mel spectrograms, and from texts.

    evaluations:
      - name: hifi-gan
        module: evaluators.CopySynthesis
        python_path: accuracy_checker
        module_config:
          launchers: [{framework: openvino, device: CPU}]
          datasets: [{name: LJSpeech, data_source: LJSpeech-1.1, metrics: [{type: mel_l1}, {type: wer}]}]

The stock tool imports this module and calls what `Evaluator` offers; nothing is imported from it. Its option -s is the
folder that data_source stands in, -m the folders of IRs; without -m the models of this repository are taken. The same
scores without the stock tool: vocoder_scores.py and voice_scores.py.
"""

# ruff: noqa: E402 - the folders of this repository must be on the path first

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# The stock tool takes python_path away again after the import.
sys.path[:0] = [folder for folder in (str(ROOT / "demo"), str(ROOT / "training")) if folder not in sys.path]

import vocoder_scores
import voice_scores
from recordings import TRANSCRIPTS, read_recordings
from scoring import (
    HIGHER_IS_BETTER,
    OF_COPIES,
    TITLES,
    Clip,
    Compare,
    Scores,
    Speak,
    compare_copy,
    compare_reading,
    judges,
)
from text_to_speech.errors import InputError, ModelError
from text_to_speech.store import ensure_ir

Config = Mapping[str, Any]


class Evaluator:
    """Speaks a dataset and scores it, in the form that accuracy_check wants of a module.

    Args:
        name: Of the evaluation.
        config: Its module_config, of one launcher and one dataset.

    Raises:
        InputError: A metric is unknown.
    """

    vocoder = "hifi-gan"  # where module_config names no other
    unknown: tuple[str, ...] = ()  # measures that this evaluator does not have

    def __init__(self, name: str, config: Config) -> None:
        self.name = name
        self._config = config
        self._launcher: Config = config["launchers"][0]
        self._dataset: Config = config["datasets"][0]
        possible = [measure for measure in TITLES if measure not in self.unknown]
        self._metrics = list(self._dataset.get("metrics") or ({"type": measure} for measure in possible))
        for metric in self._metrics:
            if metric["type"] not in possible:
                raise InputError(f"metric {metric['type']!r}: expected one of {', '.join(possible)}")
        self._heard = judges([metric["type"] for metric in self._metrics])
        self._scores = self._fresh()

    @classmethod
    def from_configs(cls, config: Config, *_: object, orig_config: Config | None = None, **__: object) -> Any:
        """Make an evaluator; the stock tool hands on the whole evaluation as orig_config."""
        return cls((orig_config or {}).get("name", cls.__name__), config)

    @staticmethod
    def get_processing_info(config: Config) -> tuple[str, str, str, object, str]:
        """Return the names of model, launcher, device, tags and dataset of an evaluation."""
        launcher, dataset = (config["module_config"][key][0] for key in ("launchers", "datasets"))
        device = launcher.get("device", "CPU")
        return config["name"], launcher["framework"], device, launcher.get("tags"), dataset["name"]

    def process_dataset(
        self, *_: object, num_images: int | None = None, progress_reporter: Any = None, **__: object
    ) -> None:
        """Speak and score the recordings."""
        clips = [Clip.of(recording) for recording in self._recordings(num_images)]
        if progress_reporter:
            progress_reporter.reset(len(clips))
        speak = self.speaker(
            self._launcher.get("device", "CPU"), self._launcher.get("_inference_precision_hint") or "f32"
        )
        for index, clip in enumerate(clips):
            self._scores.add(clip, speak(clip))
            if progress_reporter:
                progress_reporter.update(index, 1)
        if progress_reporter:
            progress_reporter.finish()

    def speaker(self, device: str, precision: str) -> Speak:
        """Load the models on a device."""
        raise NotImplementedError

    def compare(self) -> Compare:
        """Return how speech is compared with the recording."""
        raise NotImplementedError

    def ir(self, model: str) -> Path:
        """Return the IR of a model: the one in the folders of -m, or this repository's.

        Raises:
            ModelError: There is none or more than one in those folders.
        """
        folders = self._config.get("_models") or []
        if not folders:
            return ensure_ir(model)
        found = [path for folder in folders for path in Path(folder).rglob(f"{model}.xml")]
        if len(found) != 1:
            places = " ".join(str(folder) for folder in folders)
            raise ModelError(f"-m {places}: expected one {model}.xml there, found {len(found)}")
        return found[0]

    def extract_metrics_results(
        self, print_results: bool = True, *_: object, **__: object
    ) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
        """Return the scores as the stock tool's reports want them, and print them if asked."""
        means = self._scores.means()
        results, meta = [], []
        for metric in self._metrics:
            kind = metric["type"]
            if kind not in means:  # a package is missing, as was said
                continue
            if print_results:
                print(f"{kind}: {means[kind]:.3f} ({TITLES[kind]})")
            results.append({"name": metric.get("name", kind), "type": kind, "value": means[kind], "ref": ""})
            target = "higher-better" if kind in HIGHER_IS_BETTER else "higher-worse"
            meta.append({"target": target, "scale": 1, "postfix": " "})
        return results, meta

    def compute_metrics(
        self, print_results: bool = True, *_: object, **__: object
    ) -> list[dict[str, object]]:
        """Return the scores."""
        return self.extract_metrics_results(print_results)[0]

    def print_metrics(self, *_: object, **__: object) -> None:
        """Print the scores."""
        self.extract_metrics_results()

    def reset(self) -> None:
        """Forget the scores."""
        self._scores = self._fresh()

    def release(self) -> None:
        """Do nothing: the models go with the evaluator."""

    def send_processing_info(self, sender: object) -> dict[str, object]:
        """Add nothing to what the stock tool tells of itself."""
        return {}

    @property
    def dataset_size(self) -> int:
        """How many recordings have been scored."""
        return self._scores.clips

    def _fresh(self) -> Scores:
        return Scores(self.compare(), self._heard)

    def _recordings(self, limit: int | None) -> Any:
        wanted = self._dataset.get("subsample_size", limit)
        if wanted is not None and (not str(wanted).isdigit() or not int(wanted)):
            raise InputError(f"subsample_size {wanted}: expected a number of recordings")
        return read_recordings(
            Path(self._dataset["data_source"]),
            transcripts=self._dataset.get("transcripts", TRANSCRIPTS),
            limit=None if wanted is None else int(wanted),
        )

    def _vocoder(self) -> Path:
        return self.ir(self._config.get("vocoder", self.vocoder))


class CopySynthesis(Evaluator):
    """Mel spectrogram to speech: a vocoder speaks recordings again, and each copy is compared with its recording."""

    def speaker(self, device: str, precision: str) -> Speak:
        """Load the vocoder."""
        return vocoder_scores.speaker(self._vocoder(), device=device, precision=precision.lower())

    def compare(self) -> Compare:
        """Compare frame by frame."""
        return compare_copy


class TextToSpeech(Evaluator):
    """Text to speech: the texts of recordings are spoken anew and aligned with the recordings."""

    unknown = (*OF_COPIES, "log_spectral_distance")

    def speaker(self, device: str, precision: str) -> Speak:
        """Load ForwardTacotron and the vocoder."""
        stages: Sequence[Path] = [self.ir(name) for name in voice_scores.STAGES]
        return voice_scores.speaker(stages, self._vocoder(), device=device, precision=precision.lower())

    def compare(self) -> Compare:
        """Compare after alignment."""
        return compare_reading
