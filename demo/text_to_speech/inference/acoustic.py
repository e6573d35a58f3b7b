"""ForwardTacotron on OpenVINO: phoneme ids become a mel spectrogram.

There are two models, as the Open Model Zoo splits ForwardTacotron (Christian Schäfer, repository
as-ideas/ForwardTacotron): the first predicts how long each phoneme lasts and how it is intoned, the second draws the
mel spectrogram. The length regulator between them is in NumPy, and there duration, pitch and energy can be changed:

    ids ──▶ predict ──▶ Prosody ──▶ render ──▶ Spectrogram
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..errors import DeviceError, InputError, ModelError, SpeechError, telling_line
from ..forks import check_not_forked
from ..openvino_import import openvino
from .feeds import MelPiece, Piece
from .length_regulator import PROSODY_CHANNELS, frame_prosody, regulate_length, round_durations
from .mel import N_MELS
from .model_files import check_interface, model_path, read_model
from .runtime import Precision, Target, compile_model, resolve_target
from .source_filter import REFERENCE_HZ

DURATION_OUTPUTS = {
    "duration": "1,?,1",
    "embeddings": "1,?,?",
    "pitch": "1,?,3",
    "voicing": "1,?,1",
    "energy": "1,?,1",
}
PREDICTOR_INPUTS = {"input_seq": "1,?"}
DECODER_INPUTS = {"data": "1,?,?", "prosody": f"1,?,{PROSODY_CHANNELS}"}
# A third input, of models that have several voices: the vector of the voice.
VOICE_INPUT = {"voice": "1,?"}

# Frames of more voicing than this have an F0.
VOICED = 0.5
LOG_SEMITONE = np.float32(np.log(2) / 12)
# Where OpenVINO keeps the ONNX metadata property `symbols`.
SYMBOLS_IN_MODEL = ("framework", "symbols")

# Layers of one shape share a kernel: keeping some, about 20 MB, spares half of the cost even if no length comes twice.
KEPT_KERNELS = 100

PerPhoneme: TypeAlias = "float | NDArray[np.floating]"


@dataclass(frozen=True, eq=False)
class Prosody:
    """What the first model predicts for N phonemes. Two are equal only if they are the same object.

    Attributes:
        durations: float32 [N], mel frames, before rounding.
        embeddings: float32 [N, E].
        log_f0: float32 [N, 3], natural logarithm of F0 in Hz at 1/6, 1/2 and 5/6 of the phoneme.
        voicing: float32 [N], 0..1.
        energy: float32 [N], natural logarithm of the mean mel magnitude.
        voice: float32 [V], the vector of the voice that speaks; empty if the models have one voice only.
    """

    durations: NDArray[np.float32]
    embeddings: NDArray[np.float32]
    log_f0: NDArray[np.float32]
    voicing: NDArray[np.float32]
    energy: NDArray[np.float32]
    voice: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))


@dataclass(frozen=True, eq=False)
class Spectrogram:
    """The mel spectrogram of one utterance of N phonemes and T frames. Two are equal only if they are the same object.

    Attributes:
        mel: float32 [80, T], natural logarithm.
        durations: int64 [N], mel frames; their sum is T.
        f0: float32 [T], Hz, 0 where the voice is silent or unvoiced.
        contour: float32 [2, T], F0 in octaves above 180 Hz, in unvoiced frames too, and voicing 0..1; None if unknown.
    """

    mel: NDArray[np.float32]
    durations: NDArray[np.int64]
    f0: NDArray[np.float32]
    contour: NDArray[np.float32] | None = None

    @property
    def piece(self) -> Piece:
        """What a vocoder takes: the mel spectrogram, with the contour where it is known."""
        return self.mel if self.contour is None else MelPiece(self.mel, self.contour)


class AcousticModel:
    """ForwardTacotron loaded on a device. One instance serves many threads.

    An NPU refuses inputs of changing length, as sentences are, and the two models are a small part of the work: so
    they run on the CPU where the device is or contains an NPU.

    Args:
        device: OpenVINO's name of the device; see `resolve_target`.
        duration_model: IR or ONNX file, or the name of a model of this repository.
        regression_model: The same for the second model.
        precision: `auto`, `f32`, `f16` or `bf16`.
        threads: Threads of one inference on a CPU, 1..1024; None leaves the choice to OpenVINO.
        symbols: The symbol table that phoneme ids are made from, to compare with the model's; None compares nothing.

    Attributes:
        target: Where the models run, in which precision, and why.
        symbols: The symbol table of the model: a phoneme id is the index of its symbol.
        voice_size: Numbers in the vector of a voice; 0 if the models have one voice only.

    Raises:
        DeviceError: The device is not there, lacks the precision, or refuses a model.
        InputError: The precision or the number of threads is none of the allowed ones.
        ModelError: A file is not such a model, or was trained on another symbol table.
    """

    def __init__(
        self,
        device: str = "CPU",
        *,
        duration_model: str | Path = "forward-tacotron-duration-prediction",
        regression_model: str | Path = "forward-tacotron-regression",
        precision: Precision = "auto",
        threads: int | None = None,
        symbols: Sequence[str] | None = None,
    ) -> None:
        if precision == "int8":
            raise InputError(
                "precision 'int8' of the acoustic model: it is not quantized, expected another one"
            )
        target = resolve_target(device, precision, threads=threads)
        if target.needs_static_shapes:
            target = resolve_target("CPU", threads=threads)
        self.target: Target = target
        predictor_path = model_path(duration_model)
        predictor = read_model(predictor_path)
        voiced = VOICE_INPUT if has_voices(predictor) else {}
        check_interface(predictor, predictor_path, PREDICTOR_INPUTS | voiced, DURATION_OUTPUTS)
        self.symbols = stored_symbols(predictor, predictor_path)
        if symbols is not None:
            check_symbols(self.symbols, symbols, predictor_path)
        decoder_path = model_path(regression_model)
        decoder = read_model(decoder_path)
        check_interface(decoder, decoder_path, DECODER_INPUTS | voiced, {"mel": f"1,{N_MELS},?"})
        check_pair(predictor, decoder, (predictor_path, decoder_path))
        self.voice_size = voice_size(predictor, decoder, (predictor_path, decoder_path)) if voiced else 0
        self._predictor: openvino.CompiledModel | None = compile_model(
            predictor, target, predictor_path, kernels=KEPT_KERNELS
        )
        self._decoder: openvino.CompiledModel | None = compile_model(
            decoder, target, decoder_path, kernels=KEPT_KERNELS
        )

    def synthesize(
        self,
        ids: NDArray[np.int64],
        *,
        voice: Sequence[float] = (),
        alpha: PerPhoneme = 1.0,
        pitch: PerPhoneme = 0.0,
    ) -> Spectrogram:
        """Turn phoneme ids into a mel spectrogram.

        Args:
            ids: int64 [N], with the boundary symbol at both ends; see `to_ids`.
            voice: The vector of the voice, `voice_size` numbers; see `text_to_speech.voices.Voice`.
            alpha: How many times as long the speech becomes: one number, or float [N] for each phoneme.
            pitch: How many semitones higher the speech becomes: one number, or float [N] for each phoneme.

        Raises:
            InputError: There are no ids, the vector has another size, or alpha is not positive.
            SpeechError: The model is closed.
        """
        return self.render(directed(self.predict(ids, voice=voice), alpha=alpha, pitch=pitch))

    def predict(self, ids: NDArray[np.int64], *, voice: Sequence[float] = ()) -> Prosody:
        """Predict durations, pitch, voicing and energy of phonemes, int64 [N], N ≥ 1, of a voice; see `synthesize`."""
        if ids.ndim != 1 or not ids.size:
            raise InputError(
                f"phoneme ids of shape {list(ids.shape)}: expected one dimension and at least one id"
            )
        vector = np.asarray(voice, dtype=np.float32)
        inputs = {"input_seq": ids[np.newaxis]} | self._voice_input(vector)
        out = self._infer(self._predictor, inputs, tuple(DURATION_OUTPUTS))
        return Prosody(
            durations=np.maximum(out["duration"][0, :, 0], 0.0),
            embeddings=out["embeddings"][0],
            log_f0=out["pitch"][0],
            voicing=out["voicing"][0, :, 0],
            energy=out["energy"][0, :, 0],
            voice=vector,
        )

    def render(self, prosody: Prosody) -> Spectrogram:
        """Draw the mel spectrogram of a prosody."""
        durations = round_durations(prosody.durations)
        data = regulate_length(prosody.embeddings, durations)
        contours = frame_prosody(prosody.log_f0, prosody.voicing, prosody.energy, durations)
        inputs = {"data": data[np.newaxis], "prosody": contours[np.newaxis]}
        inputs |= self._voice_input(prosody.voice)
        mel = self._infer(self._decoder, inputs, ("mel",))["mel"][0]
        f0 = np.where(contours[:, 1] > VOICED, np.exp(contours[:, 0]), 0.0).astype(np.float32)
        octaves = contours[:, 0] * np.float32(1 / np.log(2)) - np.float32(np.log2(REFERENCE_HZ))
        return Spectrogram(mel=mel, durations=durations, f0=f0, contour=np.stack([octaves, contours[:, 1]]))

    def close(self) -> None:
        """Give the memory of the models back, 75 MB. Closing again does nothing."""
        self._predictor = self._decoder = None

    def _voice_input(self, vector: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
        """Return the input for the voice, or no input for models that have one voice only."""
        if vector.shape != (self.voice_size,):
            raise InputError(
                f"a voice of {vector.size} numbers: this acoustic model expects {self.voice_size or 'none'}"
            )
        return {"voice": vector[np.newaxis]} if self.voice_size else {}

    def _infer(
        self,
        model: openvino.CompiledModel | None,
        inputs: Mapping[str, NDArray[Any]],
        outputs: Sequence[str],
    ) -> dict[str, NDArray[np.float32]]:
        """Run a model in a request of its own and return copies of its outputs."""
        if model is None:
            raise SpeechError("the acoustic model is closed: create another one")
        check_not_forked()
        request = model.create_infer_request()
        try:
            request.infer(dict(inputs))
        except RuntimeError as error:
            raise DeviceError(
                f"{self.target.device} failed at the acoustic model: {telling_line(error)}"
            ) from error
        return {name: request.get_tensor(name).data.astype(np.float32) for name in outputs}


def directed(prosody: Prosody, *, alpha: PerPhoneme, pitch: PerPhoneme) -> Prosody:
    """Return a prosody of N phonemes `alpha` times as long and `pitch` semitones higher, each a number or float [N].

    Raises:
        InputError: Alpha is not positive.
    """
    factor = np.asarray(alpha, dtype=np.float32)
    if not (np.isfinite(factor).all() and (factor > 0).all()):
        raise InputError(f"alpha {alpha}: expected positive numbers")
    semitones = np.asarray(pitch, dtype=np.float32)[..., np.newaxis]
    return replace(
        prosody,
        durations=prosody.durations * factor,
        log_f0=prosody.log_f0 + semitones * LOG_SEMITONE,
    )


def silent_ends(mel: NDArray[np.float32], *, level: float) -> tuple[int, int]:
    """Count the silent frames at the start and at the end of a mel spectrogram.

    Args:
        mel: float32 [80, T].
        level: A frame is silent if all of its bands are below this natural logarithm; a fact of the voice.

    Returns:
        The two numbers; T twice if all frames are silent.
    """
    loud = np.flatnonzero(mel.max(axis=0) >= level)
    frames = mel.shape[1]
    return (int(loud[0]), frames - 1 - int(loud[-1])) if loud.size else (frames, frames)


def trim_silence(spectrogram: Spectrogram, *, level: float, lead: int, tail: int) -> Spectrogram:
    """Cut the silence at both ends of an utterance. An utterance that is silent throughout stays as it is.

    Args:
        spectrogram: The utterance.
        level: Below it a frame is silent; see `silent_ends`.
        lead: Silent frames to keep at the start of the utterance, at most.
        tail: Silent frames to keep at its end, at most.
    """
    frames = spectrogram.mel.shape[1]
    silent_lead, silent_tail = silent_ends(spectrogram.mel, level=level)
    if silent_lead == frames:
        return spectrogram
    first = max(0, silent_lead - lead)
    stop = frames - max(0, silent_tail - tail)
    ends = np.clip(np.cumsum(spectrogram.durations), first, stop) - first
    return Spectrogram(
        mel=spectrogram.mel[:, first:stop],
        durations=np.diff(ends, prepend=0),
        f0=spectrogram.f0[first:stop],
        contour=None if spectrogram.contour is None else spectrogram.contour[:, first:stop],
    )


def stored_symbols(model: openvino.Model, path: Path) -> tuple[str, ...]:
    """Return the symbol table that a duration predictor was trained on: the ONNX metadata property `symbols`.

    Raises:
        ModelError: The model stores none.
    """
    if not model.has_rt_info(list(SYMBOLS_IN_MODEL)):
        raise ModelError(f"model {path} stores no symbol table: expected the metadata property 'symbols'")
    return tuple(model.get_rt_info(list(SYMBOLS_IN_MODEL)).astype(str).split("\n"))


def check_symbols(stored: Sequence[str], expected: Sequence[str], path: Path) -> None:
    """Refuse a model that was trained on another symbol table than the one that phoneme ids are made from.

    Args:
        stored: The table of the model.
        expected: The table of the front end.
        path: Where the model was read from, for the message.

    Raises:
        ModelError: The tables differ.
    """
    if tuple(stored) != tuple(expected):
        other = sorted(set(stored) ^ set(expected))
        what = f"differs in {' '.join(other)[:60]}" if other else "has another order"
        raise ModelError(
            f"model {path} was trained on another symbol table: it {what};"
            f" expected the {len(expected)} symbols of this program"
        )


def check_pair(predictor: openvino.Model, decoder: openvino.Model, paths: tuple[Path, Path]) -> None:
    """Refuse two models whose embeddings have different sizes."""
    given = predictor.output("embeddings").get_partial_shape()[2]
    taken = decoder.input("data").get_partial_shape()[2]
    if not given.compatible(taken):
        raise ModelError(f"{paths[0]} gives embeddings of {given}, {paths[1]} takes {taken}: expected a pair")


def has_voices(model: openvino.Model) -> bool:
    """Tell whether a model has an input for the voice."""
    return any("voice" in port.get_names() for port in model.inputs)


def voice_size(predictor: openvino.Model, decoder: openvino.Model, paths: tuple[Path, Path]) -> int:
    """Return how many numbers the vector of a voice has, in two models that have several voices.

    Raises:
        ModelError: They expect different numbers, or any number.
    """
    first, second = (model.input("voice").get_partial_shape()[1] for model in (predictor, decoder))
    if first != second or first.is_dynamic:
        raise ModelError(
            f"{paths[0]} takes a voice of {first} numbers, {paths[1]} one of {second}: expected a pair"
        )
    return int(first.get_length())
