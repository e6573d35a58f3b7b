"""The studio of acoustic.evaluate: the voices, their teacher and a vocoder, and what they have said before.

Speech of the teacher is dear (0.6 to 0.9 CPU seconds a second) and so is a vocoder; both are kept, in a folder that
later runs find again:

    teacher/VOICE-HASH.npz    what the teacher said: `TeacherSpeech`
    prosody/VOICE-HASH.npz    how it would say it, at a fiftieth of the cost: `TeacherProsody`
    audio/KEY.npy             float32 waveforms out of a vocoder; the key names models, voice and phonemes
"""

from __future__ import annotations

import functools
import hashlib
import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from acoustic.data import NAMES, to_ids
from acoustic.model import SYMBOLS
from british import BritishPhonemizer
from kokoro import VOICES
from teacher import KokoroTeacher, TeacherProsody, TeacherSpeech
from text_to_speech.errors import InputError
from text_to_speech.files import write_output
from text_to_speech.inference.acoustic import AcousticModel, Prosody, Spectrogram
from text_to_speech.inference.feeds import Piece
from text_to_speech.inference.model_files import model_path
from text_to_speech.inference.vocoder import LARGEST_WINDOW, Vocoder
from text_to_speech.text import Phonemizer

STAGES = ("forward-tacotron-duration-prediction", "forward-tacotron-regression")
TABLE = "voices.npy"

Waveform = NDArray[np.float32]
Said = TypeVar("Said", TeacherSpeech, TeacherProsody)


class Studio:
    """The voices, their teacher and the vocoder.

    Args:
        model: Folder of acoustic.export.
        kokoro: Folder of kokoro.py.
        vocoder: Name or file of the vocoder.
        cache: Folder that keeps what was said.

    Attributes:
        model_key: Names the weights of the voices.
        vocoder_key: Names the weights of the vocoder.
    """

    def __init__(self, *, model: Path, kokoro: Path, vocoder: str, cache: Path) -> None:
        graphs = graph_files(model)
        self._graphs, self._vocoder_name = graphs, vocoder
        self.vectors = np.load(model / TABLE, allow_pickle=False)
        if len(self.vectors) != len(NAMES):
            raise InputError(f"{model / TABLE} has {len(self.vectors)} voices: expected {', '.join(NAMES)}")
        self.model_key = key_of_files([*graphs, model / TABLE])
        self.vocoder_key = key_of_files(_with_weights(model_path(vocoder, precision="f32")))
        self._kokoro, self._cache = kokoro, cache
        self._phonemizers: dict[str, Callable[[str], str]] = {}
        for folder in ("teacher", "prosody", "audio"):
            (cache / folder).mkdir(parents=True, exist_ok=True)

    @functools.cached_property
    def acoustic(self) -> AcousticModel:
        """The voices."""
        duration, regression = self._graphs
        return AcousticModel(
            duration_model=duration, regression_model=regression, precision="f32", symbols=SYMBOLS
        )

    @functools.cached_property
    def vocoder(self) -> Vocoder:
        """The vocoder."""
        return Vocoder(model=self._vocoder_name, precision="f32")

    # -- the teacher

    def phonemes(self, voice: str, text: str) -> str:
        """Return the phonemes of a text in the language of a voice, as training had them."""
        language = VOICES[voice].language
        if language not in self._phonemizers:
            phonemizer = BritishPhonemizer() if language == "en-GB" else Phonemizer()
            self._phonemizers[language] = functools.cache(phonemizer)
        return self._phonemizers[language](text)

    def taught(self, voice: str, phonemes: str) -> TeacherSpeech:
        """Return the teacher's speech."""
        return self._kept("teacher", TeacherSpeech, voice, phonemes, lambda t: t.speak(phonemes))

    def intoned(self, voice: str, phonemes: str) -> TeacherProsody:
        """Return the teacher's prosody."""
        return self._kept("prosody", TeacherProsody, voice, phonemes, lambda t: t.prosody(phonemes))

    def _kept(
        self, folder: str, kind: type[Said], voice: str, phonemes: str, make: Callable[[KokoroTeacher], Said]
    ) -> Said:
        name = hashlib.sha256(f"{voice} {phonemes}".encode()).hexdigest()[:24]
        path = self._cache / folder / f"{voice}-{name}.npz"
        if not path.exists():
            buffer = io.BytesIO()
            np.savez(buffer, **vars(make(KokoroTeacher(self._kokoro, voice))))
            write_output(path, buffer.getvalue())
        with np.load(path) as arrays:
            return kind(**{field: arrays[field] for field in arrays.files})

    # -- the voices

    def predicted(self, voice: str, phonemes: str) -> Prosody:
        """Return the prosody that the voice predicts."""
        return self.acoustic.predict(to_ids(phonemes), voice=self.vectors[NAMES.index(voice)])

    def drawn(self, voice: str, phonemes: str) -> Spectrogram:
        """Return what the voice draws, speaking freely."""
        return self.acoustic.render(self.predicted(voice, phonemes))

    # -- the vocoder

    def speak(self, piece: Piece | Iterable[Piece]) -> Waveform:
        """Send a mel spectrogram through the vocoder."""
        return np.concatenate(list(self.vocoder.stream(piece, first_window=LARGEST_WINDOW)))

    def voice_key(self, voice: str) -> str:
        """Name the voice and all that its sound depends on."""
        return f"voice {voice} {self.model_key} {self.vocoder_key}"

    def copy_key(self, voice: str) -> str:
        """Name the copy synthesis of the voice's teacher."""
        return f"copy {voice} {self.vocoder_key}"

    def spoken(self, voice: str, phonemes: str, *, keep: bool = True) -> Waveform:
        """Return the voice's speech; `keep` it where it will be needed again."""
        key = f"{self.voice_key(voice)} {phonemes}"
        return self._heard_before(key, lambda: self.speak(self.drawn(voice, phonemes).piece), keep=keep)

    def copied(self, voice: str, phonemes: str, *, keep: bool = True) -> Waveform:
        """Return the copy synthesis: the teacher's mel spectrogram through the vocoder, as good as a student can be."""
        key = f"{self.copy_key(voice)} {phonemes}"
        return self._heard_before(key, lambda: self.speak(self.taught(voice, phonemes).mel), keep=keep)

    def _heard_before(self, key: str, make: Callable[[], Waveform], *, keep: bool) -> Waveform:
        path = self._cache / "audio" / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.npy"
        if path.exists():
            return np.asarray(np.load(path, allow_pickle=False), np.float32)
        waveform = make()
        if keep:
            buffer = io.BytesIO()
            np.save(buffer, waveform, allow_pickle=False)
            write_output(path, buffer.getvalue())
        return waveform


def graph_files(model: Path) -> tuple[Path, Path]:
    """Return the two graphs in a folder of acoustic.export.

    Raises:
        InputError: One of them, or the table of voices, is not there.
    """
    duration, regression = (model / name / f"{name}.onnx" for name in STAGES)
    for path in (duration, regression, model / TABLE):
        if not path.is_file():
            raise InputError(f"{path} is not there: expected the folder that acoustic.export wrote")
    return duration, regression


def key_of_files(paths: Iterable[Path]) -> str:
    """Return a hash of the contents of files."""
    total = hashlib.sha256()
    for path in paths:
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def _with_weights(path: Path) -> list[Path]:
    return [path, path.with_suffix(".bin")] if path.suffix == ".xml" else [path]
